import Encodings
public import Messages
public import Signing

/// A PKCS #11 URI (RFC 7512) that has passed a grammar stricter than the standard's.
///
/// Attributes that are unknown, of another case, empty or there twice are refused: readers elsewhere pass over
/// them, and then more matches than was meant.
public struct PKCS11URI: Sendable, Hashable, CustomStringConvertible {
  private let values: [URIAttribute: [UInt8]]

  /// How references of the scheme `pkcs11` are written.
  public static let syntax = KeyReferenceSyntax(
    "pkcs11", .uri, attributes: URIAttribute.allCases.map(\.syntax))

  /// Takes a reference of the scheme `pkcs11`, which has been read already.
  ///
  /// Throws `malformed-key-reference` for a value that its attribute cannot have. No message repeats a value.
  public init(_ reference: KeyReference) throws(KeyError) {
    guard reference.scheme.utf8.elementsEqual(Self.syntax.scheme.utf8) else {
      throw Self.malformed("does not begin with pkcs11:")
    }
    var values: [URIAttribute: [UInt8]] = [:]
    for attribute in URIAttribute.allCases {
      guard let value = reference[bytes: attribute.rawValue] else { continue }
      if let objection = URIGrammar.objection(to: value, of: attribute) {
        throw Self.malformed("has a \(attribute.rawValue) that \(objection)")
      }
      values[attribute] = value
    }
    self.values = values
  }

  /// The same for the whole text.
  public init(_ text: String) throws(KeyError) { try self.init(try KeyReference(text, of: [Self.syntax])) }

  /// For building references to what was found; nil for what could not be read again.
  init?(_ values: [URIAttribute: [UInt8]]) {
    let kept = values.filter { !$0.value.isEmpty }
    if kept.isEmpty || kept.contains(where: { URIGrammar.objection(to: $0.value, of: $0.key) != nil }) { return nil }
    self.values = kept
  }

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
        values[attribute].map { value in
          let text = PercentEncoding.encoded(value) { URICharacters.isWrittenBare($0, inQuery: attribute.isQuery) }
          return "\(attribute.rawValue)=\(text)"
        }
      }.joined(separator: separator)
    }
    let query = part(attributes.filter(\.isQuery), "&")
    return "\(Self.syntax.scheme):\(part(attributes.filter { !$0.isQuery }, ";"))\(query.isEmpty ? "" : "?")\(query)"
  }

  static func malformed(_ reason: String) -> KeyError {
    KeyError(
      .malformedKeyReference, "the pkcs11: key reference \(reason)",
      hint: "keyroll keys lists references to copy; a value escapes other characters as % and two digits (RFC 7512)")
  }
}
