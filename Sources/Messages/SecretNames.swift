import Encodings

/// The names by which a password or a PIN is told in a key reference or an option, so that its value is never shown.
package enum SecretNames {
  /// Names under which people write a password or a PIN; hyphens, underscores and case do not count.
  private static let names = [
    "pin", "pinvalue", "userpin", "sopin", "password", "passwd", "passphrase", "passcode", "pass", "pwd", "pw",
    "secret",
    "storepass", "keypass",
  ]

  /// True for the name of a value that would be a secret, also when it is escaped.
  package static func contains(_ name: Substring.UTF8View) -> Bool {
    let name = PercentEncoding.decoded(name) ?? Array(name)
    let letters = name.compactMap { byte -> UInt8? in
      switch byte {
      case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: " "): nil
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
      default: byte
      }
    }
    return names.contains { $0.utf8.elementsEqual(letters) }
  }
}
