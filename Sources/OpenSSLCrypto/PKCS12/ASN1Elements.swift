internal import COpenSSL
internal import Signing

/// The elements of one BER or DER SEQUENCE, whatever they are; their bytes are wiped when it goes.
struct ASN1Elements: ~Copyable {
  private let sequence: ASN1Item

  /// Reads one SEQUENCE from the start of the bytes; nil when there is none.
  init?(_ bytes: Span<UInt8>, consumed: inout Int) {
    guard let sequence = unsafe ASN1Item(bytes, as: ASN1_SEQUENCE_ANY_it(), consumed: &consumed) else { return nil }
    self.sequence = sequence
  }

  /// Reads one SEQUENCE that takes all the bytes.
  init?(whole bytes: Span<UInt8>) {
    guard let sequence = unsafe ASN1Item(whole: bytes, as: ASN1_SEQUENCE_ANY_it()) else { return nil }
    self.sequence = sequence
  }

  deinit {
    for index in 0..<count {
      if let string = unsafe string(at: index, V_ASN1_SEQUENCE) { unsafe ASN1Reading.wipe(string) }
    }
  }

  var count: Int { unsafe Int(max(OPENSSL_sk_num(sequence.pointer), 0)) }

  /// Lends the encoding of an element that is a SEQUENCE itself; nil for another.
  func withSequence<Result: ~Copyable, E: Error>(
    at index: Int, _ body: (Span<UInt8>) throws(E) -> Result?
  ) throws(E) -> Result? {
    guard let string = unsafe string(at: index, V_ASN1_SEQUENCE) else { return nil }
    return try unsafe ASN1Reading.withBytes(of: string, body)
  }

  func octets(at index: Int) -> [UInt8]? {
    unsafe string(at: index, V_ASN1_OCTET_STRING).map { unsafe ASN1Text.bytes(of: $0) }
  }

  func integer(at index: Int) -> UnsafePointer<ASN1_INTEGER>? {
    unsafe UnsafePointer(string(at: index, V_ASN1_INTEGER) ?? string(at: index, V_ASN1_NEG_INTEGER))
  }

  func object(at index: Int) -> OpaquePointer? {
    guard let element = unsafe element(at: index, V_ASN1_OBJECT) else { return nil }
    return unsafe element.pointee.value.object
  }

  private func string(at index: Int, _ type: Int32) -> UnsafeMutablePointer<ASN1_STRING>? {
    guard let element = unsafe element(at: index, type) else { return nil }
    return unsafe element.pointee.value.asn1_string
  }

  private func element(at index: Int, _ type: Int32) -> UnsafeMutablePointer<ASN1_TYPE>? {
    guard let value = unsafe OPENSSL_sk_value(sequence.pointer, Int32(clamping: index)) else { return nil }
    let element = unsafe value.assumingMemoryBound(to: ASN1_TYPE.self)
    return unsafe element.pointee.type == type ? element : nil
  }

  /// True for bytes that begin a SEQUENCE and announce more of it than there is.
  static func isCutShort(_ bytes: Span<UInt8>) -> Bool {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      var position = buffer.baseAddress
      var length = 0
      var tag: Int32 = 0
      var tagClass: Int32 = 0
      _ = unsafe ASN1_get_object(&position, &length, &tag, &tagClass, buffer.count)
      guard let start = buffer.baseAddress, let contents = unsafe position else { return false }
      return unsafe tag == V_ASN1_SEQUENCE && tagClass == V_ASN1_UNIVERSAL && length > buffer.count - (contents - start)
    }
  }
}
