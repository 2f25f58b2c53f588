/// Base16 (RFC 4648, section 8), as people read thumbprints.
public enum Hexadecimal {
  /// Two upper-case digits for each byte.
  public static func upperCase(_ bytes: [UInt8]) -> String { text(bytes, digits: "0123456789ABCDEF") }

  /// Two lower-case digits for each byte, as people read digests.
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

  /// True for hexadecimal text, in either case, of these bytes.
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

  /// The value of a digit of either case; nil for any other character.
  @inlinable
  package static func value(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

/// Bytes as `%` and two hexadecimal digits (RFC 3986, section 2.1).
package enum PercentEncoding {
  /// The bytes, unescaped; nil for a bad escape, or for a literal byte that is not allowed.
  package static func decoded(
    _ text: some Sequence<UInt8>, allowing isAllowed: (UInt8) -> Bool = { _ in true }
  ) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = text.makeIterator()
    while let byte = rest.next() {
      if byte == UInt8(ascii: "%") {
        guard let high = rest.next().flatMap(Hexadecimal.value), let low = rest.next().flatMap(Hexadecimal.value) else {
          return nil
        }
        bytes.append(high << 4 | low)
      } else if isAllowed(byte) {
        bytes.append(byte)
      } else {
        return nil
      }
    }
    return bytes
  }

  /// The text, with every byte that is not allowed as an escape with upper-case digits.
  package static func encoded(_ bytes: some Sequence<UInt8>, allowing isAllowed: (UInt8) -> Bool) -> String {
    bytes.map { byte in
      isAllowed(byte)
        ? String(UnicodeScalar(byte)) : "%" + Hexadecimal.upperCase([byte])
    }.joined()
  }
}

/// The characters of a PKCS #11 URI (RFC 7512, section 2.3, and RFC 3986, section 2.3).
package enum URICharacters {
  /// True for a character that needs no escape in any URI.
  package static func isUnreserved(_ byte: UInt8) -> Bool {
    ASCII.isLetterOrDigit(byte) || unreservedMarks.contains(byte)
  }

  /// True for a character that a value may contain without an escape, before the question mark or after it.
  package static func isLiteral(_ byte: UInt8, inQuery: Bool) -> Bool {
    isUnreserved(byte) || literals.contains(byte) || (inQuery ? queryLiterals : pathLiterals).contains(byte)
  }

  /// True for a character that is written without an escape: the unreserved ones, and those of paths in a
  /// query.
  package static func isWrittenBare(_ byte: UInt8, inQuery: Bool) -> Bool {
    isUnreserved(byte) || (inQuery && pathMarks.contains(byte))
  }

  private static let pathMarks = Array("/:".utf8)
  private static let unreservedMarks = Array("-._~".utf8)
  private static let literals = Array(":[]@!$'()*+,=".utf8)
  private static let pathLiterals = Array("&".utf8)
  private static let queryLiterals = Array("/?|".utf8)
}
