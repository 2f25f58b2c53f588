import Signing
import System

/// A password inside JSON, which never becomes a `String`.
enum SecretText {
  /// The text between the quotation marks of a JSON string (RFC 8259, section 7); nil for bytes that are not UTF-8.
  static func escaped(_ secret: borrowing SecretBytes) -> SecretBytes? {
    secret.withBytes { bytes -> SecretBytes? in
      guard (try? UTF8Span(validating: bytes)) != nil else { return nil }
      // At most `\u00XX` for each byte, so that it never grows.
      var output = SecretBytes(capacity: bytes.count * 6)
      for index in bytes.indices {
        let byte = bytes[index]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
          output.append(UInt8(ascii: "\\"))
          output.append(byte)
        case 0..<0x20:
          for character in "\\u00".utf8 { output.append(character) }
          output.append(digit(byte >> 4))
          output.append(digit(byte & 0x0F))
        default: output.append(byte)
        }
      }
      return output
    }
  }

  /// The bytes that `escaped` was made of; nil for what it does not write.
  static func unescaped(_ text: Span<UInt8>) -> SecretBytes? {
    var output = SecretBytes(capacity: text.count)
    var index = 0
    while index < text.count {
      guard text[index] == UInt8(ascii: "\\") else {
        output.append(text[index])
        index += 1
        continue
      }
      guard index + 1 < text.count else { return nil }
      switch text[index + 1] {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        output.append(text[index + 1])
        index += 2
      case UInt8(ascii: "u"):
        guard index + 5 < text.count, text[index + 2] == UInt8(ascii: "0"), text[index + 3] == UInt8(ascii: "0"),
          let high = value(text[index + 4]), let low = value(text[index + 5])
        else { return nil }
        output.append(high << 4 | low)
        index += 6
      default: return nil
      }
    }
    return output
  }

  /// Where the text of the first member of this name lies, which must be a string: between its quotation marks.
  ///
  /// Inside another string the name would have backslashes before its quotation marks, so it cannot be taken from there.
  static func place(of name: String, in json: Span<UInt8>) -> Range<Int>? {
    let mark = Array("\"\(name)\":\"".utf8)
    guard let start = json.indices.first(where: { starts(with: mark, json, at: $0) }) else { return nil }
    var end = start + mark.count
    while end < json.count, json[end] != UInt8(ascii: "\"") { end += json[end] == UInt8(ascii: "\\") ? 2 : 1 }
    return end < json.count ? start + mark.count..<end : nil
  }

  private static func starts(with mark: [UInt8], _ text: Span<UInt8>, at start: Int) -> Bool {
    guard text.count - start >= mark.count else { return false }
    for (offset, byte) in mark.enumerated() where text[start + offset] != byte { return false }
    return true
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
