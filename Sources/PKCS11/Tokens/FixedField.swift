/// A text of fixed length in a structure of the standard, padded with spaces (PKCS #11 2.40, section 3).
struct FixedField: Sendable, Hashable {
  /// Without the padding.
  let bytes: [UInt8]

  /// Takes the tuple of bytes that C arrays are in Swift.
  init<Field>(_ field: Field) {
    let padded = unsafe withUnsafeBytes(of: field) { unsafe Array($0) }
    // Some modules end the text as C does.
    let ended = padded.prefix { $0 != 0 }
    self.bytes = Array(ended.prefix((ended.lastIndex { $0 != UInt8(ascii: " ") } ?? -1) + 1))
  }

  /// Takes text that is not padded, such as a label of any length.
  init(bytes: [UInt8]) { self.bytes = bytes }

  /// For a person: what is not UTF-8 is shown as question marks.
  var text: String {
    String(validating: bytes, as: UTF8.self)
      ?? bytes.map { (0x20..<0x7F).contains($0) ? String(UnicodeScalar($0)) : "?" }.joined()
  }
}
