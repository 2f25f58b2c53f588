/// Base16 (RFC 4648, section 8), as thumbprints are written for people.
public enum Hexadecimal {
  public static func upperCase(_ bytes: [UInt8]) -> String { text(bytes, digits: "0123456789ABCDEF") }

  /// As digests are written for people.
  public static func lowerCase(_ bytes: [UInt8]) -> String { text(bytes, digits: "0123456789abcdef") }

  /// The bytes of hexadecimal text of either case, or nil for anything else.
  public static func decode(_ text: ExactText) -> [UInt8]? {
    text.withUTF8 { characters in
      guard characters.count.isMultiple(of: 2) else { return nil }
      var bytes: [UInt8] = []
      for index in stride(from: 0, to: characters.count, by: 2) {
        guard let high = value(characters[index]), let low = value(characters[index + 1]) else { return nil }
        if index == 0 { bytes.reserveCapacity(characters.count / 2) }
        bytes.append(high << 4 | low)
      }
      return bytes
    }
  }

  /// True for hexadecimal text of either case that says these bytes.
  public static func isText(_ text: ExactText, of bytes: [UInt8]) -> Bool {
    text.withUTF8 { characters in
      guard characters.count == bytes.count * 2 else { return false }
      return bytes.indices.allSatisfy { index in
        guard let high = value(characters[index * 2]), let low = value(characters[index * 2 + 1]) else { return false }
        return high << 4 | low == bytes[index]
      }
    }
  }

  private static func text(_ bytes: [UInt8], digits: StaticString) -> String {
    let digits = Array(digits.description.utf8)
    var characters: [UInt8] = []
    for byte in bytes {
      characters.append(digits[Int(byte >> 4)])
      characters.append(digits[Int(byte & 0x0F)])
    }
    return String(validating: characters, as: UTF8.self) ?? ""
  }

  private static func value(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
