public import Signing

/// A PKCS #11 URI (RFC 7512) that has passed a grammar stricter than the standard's.
///
/// Attributes that are unknown, of another case, empty or there twice are refused: readers elsewhere pass over
/// them, and then more matches than was meant.
public struct PKCS11URI: Sendable, Hashable, CustomStringConvertible {
  private let values: [URIAttribute: [UInt8]]

  /// Reads a reference of the scheme `pkcs11`.
  ///
  /// Throws `malformed-key-reference`, and `secret-in-reference` for `pin-value`. No message repeats a value.
  public init(_ reference: KeyReference) throws(KeyError) { try self.init(rest: reference.rest) }

  /// The same for the whole text.
  public init(_ text: String) throws(KeyError) {
    try self.init(try KeyReference(text, schemes: [Self.scheme]), in: text)
  }

  private init(_ reference: KeyReference, in text: String) throws(KeyError) {
    guard reference.scheme.utf8.elementsEqual(Self.scheme.utf8) else {
      throw Self.malformed("does not begin with pkcs11:")
    }
    try self.init(rest: reference.rest)
  }

  private init(rest: String) throws(KeyError) {
    let text = rest[...].utf8
    let mark = text.firstIndex(of: UInt8(ascii: "?"))
    var values: [URIAttribute: [UInt8]] = [:]
    try Self.read(text[..<(mark ?? text.endIndex)], separator: UInt8(ascii: ";"), inQuery: false, into: &values)
    if let mark {
      try Self.read(text[text.index(after: mark)...], separator: UInt8(ascii: "&"), inQuery: true, into: &values)
    }
    if values.isEmpty { throw Self.malformed("names nothing, which would match everything") }
    self.values = values
  }

  private static func read(
    _ part: Substring.UTF8View, separator: UInt8, inQuery: Bool, into values: inout [URIAttribute: [UInt8]]
  ) throws(KeyError) {
    if part.isEmpty { return }
    for attribute in part.split(separator: separator, omittingEmptySubsequences: false) {
      guard let equals = attribute.firstIndex(of: UInt8(ascii: "=")) else {
        throw malformed("has an attribute without a value, or an empty one")
      }
      let name = attribute[..<equals]
      if String(Substring(name)).lowercased().utf8.elementsEqual("pin-value".utf8) {
        throw KeyError(
          .secretInReference, "the key reference holds a pin-value, which would show the PIN to everybody who sees it",
          hint: "leave pin-value out and give the PIN by a prompt, a file or a file descriptor")
      }
      guard let known = URIAttribute(name: name), known.isQuery == inQuery else {
        throw malformed(
          "has an attribute that is not known \(inQuery ? "after" : "before") the question mark: \(Substring(name))")
      }
      guard let value = URIGrammar.decoded(attribute[attribute.index(after: equals)...], inQuery: inQuery) else {
        throw malformed("has a bad escape or an unescaped character in \(known.rawValue)")
      }
      if let objection = URIGrammar.objection(to: value, of: known) {
        throw malformed("has a \(known.rawValue) that \(objection)")
      }
      if values.updateValue(value, forKey: known) != nil { throw malformed("has \(known.rawValue) twice") }
    }
  }

  /// For building references to what was found; nil for what could not be read again.
  init?(_ values: [URIAttribute: [UInt8]]) {
    let kept = values.filter { !$0.value.isEmpty }
    if kept.isEmpty || kept.contains(where: { URIGrammar.objection(to: $0.value, of: $0.key) != nil }) { return nil }
    self.values = kept
  }

  public static let scheme = "pkcs11"

  /// Percent-encoded, in the order of the standard.
  public var description: String { text(of: URIAttribute.allCases) }

  /// What p11-kit is to parse and match.
  var standardText: String { text(of: URIAttribute.allCases.filter { $0 != .certificate }) }

  /// True when something before the question mark is named: a module alone chooses no key.
  var selectsWithinModules: Bool { values.keys.contains { !$0.isQuery } }

  subscript(attribute: URIAttribute) -> [UInt8]? { values[attribute] }

  /// The text of an attribute that the grammar lets be nothing else.
  func text(_ attribute: URIAttribute) -> String? {
    values[attribute].flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// A reference to copy: to what these values name, found in the same modules and by the same means.
  func naming(_ others: [URIAttribute: [UInt8]]) -> String {
    let means = values.filter { $0.key.isQuery }
    return PKCS11URI(means.merging(others) { $1 })?.description ?? description
  }

  private func text(of attributes: [URIAttribute]) -> String {
    func part(_ attributes: [URIAttribute], _ separator: String) -> String {
      attributes.compactMap { attribute in
        values[attribute].map { "\(attribute.rawValue)=\(URIGrammar.encoded($0, inQuery: attribute.isQuery))" }
      }.joined(separator: separator)
    }
    let query = part(attributes.filter(\.isQuery), "&")
    return "\(Self.scheme):\(part(attributes.filter { !$0.isQuery }, ";"))\(query.isEmpty ? "" : "?")\(query)"
  }

  static func malformed(_ reason: String) -> KeyError {
    KeyError(
      .malformedKeyReference, "the pkcs11: key reference \(reason)",
      hint: "keyroll keys lists references to copy; a value escapes other characters as % and two digits (RFC 7512)")
  }
}
