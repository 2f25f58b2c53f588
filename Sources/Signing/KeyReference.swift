/// Where a key is, as `scheme:rest`; never holds a secret, so it may be printed, logged and stored.
public struct KeyReference: Sendable, Hashable, CustomStringConvertible {
  /// In lower case, without the colon.
  public let scheme: String
  /// All that follows the first colon, as written.
  public let rest: String

  public var description: String { "\(scheme):\(rest)" }

  /// Reads `scheme:rest`, or takes the whole text as a path, under the scheme `file`, when it starts with none of `schemes`.
  ///
  /// Throws `malformed-key-reference` for empty text or a NUL, and `secret-in-reference` for a `pin-value` attribute
  /// (RFC 7512, section 2.3), which would put a PIN into arguments and logs.
  public init(_ text: String, schemes: [String]) throws(KeyError) {
    if text.isEmpty || text.utf8.contains(0) {
      throw KeyError(.malformedKeyReference, "a key reference must be a path or scheme:rest, not empty and without NUL")
    }
    let colon = text.utf8.firstIndex(of: UInt8(ascii: ":"))
    for attribute in text.utf8.split(whereSeparator: { Self.attributeSeparators.contains($0) })
    where attribute.starts(with: Self.secretAttribute) {
      throw KeyError(
        .secretInReference, "the key reference holds a pin-value, which would show the PIN to everybody who sees it",
        hint: "leave pin-value out and give the PIN by a prompt, a file or a file descriptor")
    }
    if let colon, let scheme = schemes.first(where: { Self.isSameScheme(text.utf8[..<colon], $0) }) {
      self.scheme = scheme
      self.rest = String(text[text.utf8.index(after: colon)...])
    } else {
      self.scheme = Self.plainPathScheme
      self.rest = text
    }
    if rest.isEmpty {
      throw KeyError(.malformedKeyReference, "key reference \(scheme): names nothing after the colon")
    }
  }

  /// The scheme of a path whose kind is found by its content.
  public static let plainPathScheme = "file"

  /// Before a name: of a scheme that is not known here the colon is one, too.
  private static let attributeSeparators = Array(":;?&".utf8)
  private static let secretAttribute = Array("pin-value=".utf8)

  private static func isSameScheme(_ written: Substring.UTF8View, _ scheme: String) -> Bool {
    written.elementsEqual(scheme.utf8) {
      $0 == $1 || ($0 | 0x20 == $1 && (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0))
    }
  }
}
