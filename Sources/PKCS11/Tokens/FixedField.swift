/// A text of fixed length in a structure of the standard, padded with spaces (PKCS #11 2.40, section 3), or with NULs.
struct FixedField: Sendable, Hashable {
  /// Without the padding.
  let bytes: [UInt8]

  /// Takes the tuple of bytes that C arrays are in Swift.
  init<Field>(_ field: Field) {
    let padded = unsafe withUnsafeBytes(of: field) { unsafe Array($0) }
    // Some modules end the text as C does.
    self.init(bytes: Array(padded.prefix { $0 != 0 }))
  }

  /// Takes text of any length, such as a label; some modules pad these too, and some with NULs.
  init(bytes: [UInt8]) {
    self.bytes = Array(bytes.prefix((bytes.lastIndex { $0 != UInt8(ascii: " ") && $0 != 0 } ?? -1) + 1))
  }

  /// Fills what follows the text with spaces, as the standard wants it, and as p11-kit compares it.
  static func pad<Field>(_ field: inout Field) {
    unsafe withUnsafeMutableBytes(of: &field) { bytes in
      let end = unsafe bytes.firstIndex(of: 0) ?? bytes.count
      for index in end..<bytes.count { unsafe bytes[index] = UInt8(ascii: " ") }
    }
  }

  /// For a person: what is not UTF-8 is shown as question marks.
  var text: String {
    String(validating: bytes, as: UTF8.self)
      ?? bytes.map { (0x20..<0x7F).contains($0) ? String(UnicodeScalar($0)) : "?" }.joined()
  }
}
