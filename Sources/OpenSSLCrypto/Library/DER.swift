internal import COpenSSL
import System

/// Calls OpenSSL's `i2d_…` and `d2i_…` functions, which move their pointers.
enum DER {
  /// Calls `encode` twice, for the length and for the bytes; nil if either fails.
  static func encoding(
    _ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
  ) -> [UInt8]? {
    let length = Int(encode(nil))
    guard length > 0 else { return nil }
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
      var position = buffer.baseAddress
      // The second call gives the same length, or fails.
      count = unsafe max(0, min(length, Int(encode(&position))))
    }
    return bytes.count == length ? bytes : nil
  }

  /// Returns the number of bytes that `decode` took, or nil if it returned false.
  static func decode(
    _ bytes: Span<UInt8>, _ decode: (inout UnsafePointer<UInt8>?, Int) -> Bool
  ) -> Int? {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return nil }
      var position: UnsafePointer<UInt8>? = unsafe start
      guard unsafe decode(&position, buffer.count), let end = unsafe position else { return nil }
      return unsafe end - start
    }
  }

  /// One element: tag, length and contents.
  static func element(_ tag: UInt8, containing contents: [UInt8]) -> [UInt8] {
    if contents.count < 0x80 { return [tag, UInt8(contents.count)] + contents }
    let length = unsafe withUnsafeBytes(of: contents.count.bigEndian) { unsafe Array($0.drop { $0 == 0 }) }
    return [tag, 0x80 | UInt8(length.count)] + length + contents
  }

  /// The INTEGER of a big-endian magnitude without leading zero bytes.
  static func integer(_ magnitude: [UInt8]) -> [UInt8] {
    element(0x02, containing: (magnitude.first ?? 0x80) >= 0x80 ? [0] + magnitude : magnitude)
  }

  /// Adds the INTEGER of a big-endian magnitude that may be secret.
  static func appendInteger(_ magnitude: Span<UInt8>, to output: inout SecretBytes) {
    var start = 0
    while start < magnitude.count - 1, magnitude[start] == 0 { start += 1 }
    let digits = magnitude.extracting(start..<magnitude.count)
    let needsZero = digits.isEmpty || digits[0] >= 0x80
    appendHeader(0x02, byteCount: digits.count + (needsZero ? 1 : 0), to: &output)
    if needsZero { output.append(0) }
    output.append(digits)
  }

  /// The SEQUENCE of elements that may be secret.
  static func sequence(_ elements: borrowing SecretBytes) -> SecretBytes {
    var output = SecretBytes(capacity: elements.count + 10)
    appendHeader(0x30, byteCount: elements.count, to: &output)
    elements.withBytes { bytes in output.append(bytes) }
    return output
  }

  /// Adds a tag and a length.
  static func appendHeader(_ tag: UInt8, byteCount: Int, to output: inout SecretBytes) {
    output.append(tag)
    if byteCount >= 0x80 {
      let length = unsafe withUnsafeBytes(of: byteCount.bigEndian) { unsafe Array($0.drop { $0 == 0 }) }
      output.append(0x80 | UInt8(length.count))
      output.append(length.span)
    } else {
      output.append(UInt8(byteCount))
    }
  }

  /// The places of the contents of the INTEGERs in the SEQUENCE that the bytes begin with, and the place where
  /// it ends.
  ///
  /// Nil for anything except minimally encoded numbers. It only looks; the bytes may be secret.
  static func integers(inSequence der: Span<UInt8>) -> (contents: [Range<Int>], end: Int)? {
    guard let sequence = contents(of: V_ASN1_SEQUENCE, in: der, at: 0) else { return nil }
    var integers: [Range<Int>] = []
    var position = sequence.lowerBound
    while position < sequence.upperBound {
      guard let integer = contents(of: V_ASN1_INTEGER, in: der, at: position), let first = integer.first,
        integer.upperBound <= sequence.upperBound,
        integer.count == 1
          || !(der[first] == 0 && der[first + 1] < 0x80 || der[first] == 0xFF && der[first + 1] >= 0x80)
      else { return nil }
      integers.append(integer)
      position = integer.upperBound
    }
    return (integers, sequence.upperBound)
  }

  /// True if one of the integers is negative.
  static func isAnyNegative(_ integers: [Range<Int>], in der: Span<UInt8>) -> Bool {
    integers.contains { der[$0.lowerBound] >= 0x80 }
  }

  /// The place of the contents of the element at `position`, if it has that universal type and a definite
  /// length.
  static func contents(of type: Int32, in der: Span<UInt8>, at position: Int) -> Range<Int>? {
    contents(type, V_ASN1_UNIVERSAL, isConstructed: type == V_ASN1_SEQUENCE, in: der, at: position)
  }

  /// The same for an element with that number as its context-specific tag.
  static func contextual(_ number: Int32, isConstructed: Bool, in der: Span<UInt8>, at position: Int) -> Range<Int>? {
    contents(number, V_ASN1_CONTEXT_SPECIFIC, isConstructed: isConstructed, in: der, at: position)
  }

  private static func contents(
    _ expectedTag: Int32, _ expectedClass: Int32, isConstructed: Bool, in der: Span<UInt8>, at position: Int
  ) -> Range<Int>? {
    unsafe der.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress, buffer.indices.contains(position) else { return nil }
      var next: UnsafePointer<UInt8>? = unsafe start + position
      var length = 0
      var tag: Int32 = 0
      var tagClass: Int32 = 0
      let flags = unsafe ASN1_get_object(&next, &length, &tag, &tagClass, buffer.count - position)
      // 0x80 is an error, and so is a length beyond the end; 1 is an indefinite length.
      guard flags == (isConstructed ? V_ASN1_CONSTRUCTED : 0), tag == expectedTag, tagClass == expectedClass,
        let next = unsafe next
      else { return nil }
      let offset = unsafe next - start
      return offset..<offset + length
    }
  }
}
