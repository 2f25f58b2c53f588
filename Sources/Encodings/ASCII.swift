/// Tests of single bytes of text, and comparison of text, by ASCII alone.
///
/// Bytes outside ASCII are never white space, digits or letters, and are equal only to themselves.
@usableFromInline
package enum ASCII {
  /// Space, tab, line feed and carriage return, which are also the white space of JSON (RFC 8259, section 2).
  @inlinable @inline(__always)
  package static func isWhiteSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  @inlinable @inline(__always)
  package static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  /// `A` to `Z`.
  @inlinable @inline(__always)
  package static func isUpperCase(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

  /// `a` to `z`.
  @inlinable @inline(__always)
  package static func isLowerCase(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

  /// A letter of either case.
  @inlinable @inline(__always)
  package static func isLetter(_ byte: UInt8) -> Bool { isLowerCase(byte) || isUpperCase(byte) }

  @inlinable @inline(__always)
  package static func isLetterOrDigit(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }

  /// The small letter for a capital one; every other byte stays as it is.
  @inlinable @inline(__always)
  package static func lowercased(_ byte: UInt8) -> UInt8 { isUpperCase(byte) ? byte | 0x20 : byte }

  /// The text with small letters instead of capitals; letters outside ASCII stay as they are.
  package static func lowercased(_ text: String) -> String {
    String(validating: text.utf8.map { lowercased($0) }, as: UTF8.self) ?? text
  }

  /// True for the same bytes; a capital letter is equal to its small one.
  package static func isEqualIgnoringCase(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> Bool {
    left.elementsEqual(right) { lowercased($0) == lowercased($1) }
  }

  /// The same for text.
  package static func isEqualIgnoringCase(_ left: String, _ right: String) -> Bool {
    isEqualIgnoringCase(left.utf8, right.utf8)
  }
}
