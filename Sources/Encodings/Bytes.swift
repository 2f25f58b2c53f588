extension Array where Element == UInt8 {
  /// Copies the bytes of a span.
  @inlinable
  public init(copying bytes: Span<UInt8>) {
    // The buffer is valid for the call, and the array takes its own copy.
    self = unsafe bytes.withUnsafeBufferPointer { buffer in unsafe Array(buffer) }
  }

  /// Appends a copy of the bytes of a span.
  @inlinable
  public mutating func append(copying bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { buffer in unsafe append(contentsOf: buffer) }
  }
}

// Reads eight bytes at a time. A refusal of a token of 64 KiB costs as much as the steps for each of its bytes.
extension Span<UInt8> {
  /// The eight bytes from an offset on, the first of them lowest; nil if fewer are left.
  @inlinable @inline(__always)
  package func word(at offset: Int) -> UInt64? {
    if offset < 0 || count < 8 || offset > count - 8 { return nil }
    // The lines above checked that eight bytes are there, and any bits make an integer.
    return UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
  }

  /// The first eight bytes, the first of them lowest; if there are fewer, the rest are zeros.
  @inlinable @inline(__always)
  package var firstWord: UInt64 {
    if let word = word(at: 0) { return word }
    var word: UInt64 = 0
    for index in indices { word |= UInt64(self[index]) << (8 * UInt64(index)) }
    return word
  }

  /// True for the same bytes.
  @inlinable @inline(__always)
  package func isEqual(to other: Span<UInt8>) -> Bool {
    if count != other.count { return false }
    var index = 0
    while let word = word(at: index), let otherWord = other.word(at: index) {
      if word != otherWord { return false }
      index += 8
    }
    if index == count { return true }
    // The rest in one step: the last eight bytes of a longer text, some of which are compared again.
    if let word = word(at: count - 8), let otherWord = other.word(at: count - 8) { return word == otherWord }
    while index < count {
      if self[index] != other[index] { return false }
      index += 1
    }
    return true
  }

  /// The offset of the first byte with this value, from an offset on, or nil.
  @inlinable
  package func firstOffset(of byte: UInt8, from start: Int) -> Int? {
    let pattern = ByteWord.repeating(byte)
    var index = start
    while let word = word(at: index) {
      if let place = ByteWord.firstZero(word ^ pattern) { return index + place }
      index += 8
    }
    while index < count {
      if self[index] == byte { return index }
      index += 1
    }
    return nil
  }

  /// The offset of the first place, from an offset on, with these bytes (at least one); nil if there is none.
  package func firstOffset(of bytes: [UInt8], from start: Int = 0) -> Int? {
    guard let first = bytes.first else { return nil }
    var start = start
    while let place = firstOffset(of: first, from: start) {
      if place > count - bytes.count { return nil }
      if extracting(place..<place + bytes.count).isEqual(to: bytes.span) { return place }
      start = place + 1
    }
    return nil
  }

  /// The offset of the first byte, from an offset on, that is not a decimal digit.
  @inlinable
  package func endOfDigits(from start: Int) -> Int {
    var index = start
    while let word = word(at: index), ByteWord.isAllDigits(word) { index += 8 }
    while index < count, ASCII.isDigit(self[index]) { index += 1 }
    return index
  }

  /// The offset of the first byte, from an offset on, with another value.
  @inlinable
  package func endOfRun(of byte: UInt8, from start: Int) -> Int {
    let pattern = ByteWord.repeating(byte)
    var index = start
    while let word = word(at: index), word == pattern { index += 8 }
    while index < count, self[index] == byte { index += 1 }
    return index
  }
}

/// Eight bytes in one integer, the first lowest.
@usableFromInline
package enum ByteWord {
  @inlinable @inline(__always)
  package static var highBits: UInt64 { 0x8080_8080_8080_8080 }

  @inlinable @inline(__always)
  package static func repeating(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  /// The place of the first byte that is zero, or nil.
  @inlinable @inline(__always)
  package static func firstZero(_ word: UInt64) -> Int? { firstMarked(zeroBytes(word)) }

  /// The place of the first byte whose high bit is set, or nil.
  @inlinable @inline(__always)
  package static func firstMarked(_ marks: UInt64) -> Int? { marks == 0 ? nil : marks.trailingZeroBitCount / 8 }

  /// Sets the high bit of each byte that is zero. Bytes above the first of these may be marked too.
  @inlinable @inline(__always)
  package static func zeroBytes(_ word: UInt64) -> UInt64 { bytesBelow(1, word) }

  /// Sets the high bit of each byte less than `bound`, which is at most 128. Bytes above the first of these may be
  /// marked too.
  @inlinable @inline(__always)
  package static func bytesBelow(_ bound: UInt8, _ word: UInt64) -> UInt64 {
    (word &- repeating(bound)) & ~word & highBits
  }

  @inlinable @inline(__always)
  package static func isAllDigits(_ word: UInt64) -> Bool {
    // A digit is 0x30 to 0x39: its high half is 3, also when 6 is added.
    word & repeating(0xF0) == repeating(0x30) && (word &+ repeating(6)) & repeating(0xF0) == repeating(0x30)
  }
}
