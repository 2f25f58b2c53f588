import Encodings
public import Messages
public import Signing

/// A PKCS #11 URI (RFC 7512) that has passed a stricter grammar than the standard's.
///
/// Attributes that are unknown, in another case, empty or repeated are refused. Other readers skip them, and then the
/// URI matches more than was meant.
public struct PKCS11URI: Sendable, Hashable, CustomStringConvertible {
  private let values: [URIAttribute: [UInt8]]

  /// How references of the scheme `pkcs11` are written.
  public static let syntax = KeyReferenceSyntax(
    "pkcs11", .uri, attributes: URIAttribute.allCases.map(\.syntax))

  /// Takes a reference of the scheme `pkcs11` that was read already.
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

  /// Builds references to objects that were found; nil if the result could not be read again.
  init?(_ values: [URIAttribute: [UInt8]]) {
    let kept = values.filter { !$0.value.isEmpty }
    if kept.isEmpty || kept.contains(where: { URIGrammar.objection(to: $0.value, of: $0.key) != nil }) { return nil }
    self.values = kept
  }

  /// Percent-encoded, in the order of the standard.
  public var description: String { text(of: URIAttribute.allCases) }

  /// The text for p11-kit to parse and match.
  var standardText: String { text(of: URIAttribute.allCases.filter { $0 != .certificate }) }

  /// True if the part before the question mark names something: a module alone does not choose a key.
  var selectsWithinModules: Bool { values.keys.contains { !$0.isQuery } }

  subscript(attribute: URIAttribute) -> [UInt8]? { values[attribute] }

  /// The value of an attribute that the grammar restricts to text.
  func text(_ attribute: URIAttribute) -> String? {
    values[attribute].flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// A reference to copy: to the object with these values, in the same modules and with the same options.
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

/// The attributes of a PKCS #11 URI (RFC 7512, section 2.3), and `certificate`, which is ours.
package enum URIAttribute: String, Sendable, Hashable, CaseIterable {
  case token
  case manufacturer
  case serial
  case model
  case libraryManufacturer = "library-manufacturer"
  case libraryDescription = "library-description"
  case libraryVersion = "library-version"
  case slotManufacturer = "slot-manufacturer"
  case slotDescription = "slot-description"
  case slotID = "slot-id"
  case object
  case id
  case type
  case pinSource = "pin-source"
  case moduleName = "module-name"
  case modulePath = "module-path"
  /// The path of the file with the key's certificate; the token does not get it.
  case certificate

  /// True for an attribute after the question mark.
  var isQuery: Bool {
    switch self {
    case .pinSource, .moduleName, .modulePath, .certificate: true
    default: false
    }
  }

  /// The length in bytes of the field that it is compared with, if the standard sets one.
  var fieldByteCount: Int? {
    switch self {
    case .token, .manufacturer, .libraryManufacturer, .libraryDescription, .slotManufacturer: 32
    case .serial, .model: 16
    case .slotDescription: 64
    default: nil
    }
  }

  /// In the form of the reader of references: an id may be any bytes, and names of files are told apart from values to
  /// compare.
  var syntax: KeyReferenceSyntax.Attribute {
    let content: KeyReferenceSyntax.Attribute.Content =
      switch self {
      case .id: .bytes
      case .modulePath, .certificate: .path
      case .pinSource: .fileURI
      default: .text
      }
    return KeyReferenceSyntax.Attribute(rawValue, content, isInQuery: isQuery)
  }
}

/// What RFC 7512, section 2.3, allows in a URI, without its lenient parts.
enum URIGrammar {
  /// The reason why the attribute cannot have this value, or nil.
  static func objection(to value: [UInt8], of attribute: URIAttribute) -> String? {
    // An empty value would match everything.
    if value.isEmpty { return "is empty" }
    if let most = attribute.fieldByteCount, value.count > most {
      return "is longer than the \(most) bytes of the field that it is compared with"
    }
    switch attribute {
    case .id: return nil
    case .libraryVersion: return isVersion(value) ? nil : "is not a version such as 2.40, of numbers up to 255"
    case .slotID: return isNumber(value, upTo: UInt(Int.max)) ? nil : "is not a number that a slot can have"
    case .type:
      return types.contains { value.elementsEqual($0.utf8) } ? nil : "is not one of \(types.joined(separator: ", "))"
    default: break
    }
    guard String(validating: value, as: UTF8.self) != nil, !value.contains(0) else { return "is not text in UTF-8" }
    switch attribute {
    case .modulePath:
      return value.first == UInt8(ascii: "/") ? nil : "is not an absolute path, and it names code to be loaded"
    case .pinSource: return KeyReferenceSyntax.path(ofFileURI: value) == nil ? "is not file: and an absolute path" : nil
    case .moduleName: return value.contains(UInt8(ascii: "/")) ? "holds a slash: a path is for module-path" : nil
    default: return nil
    }
  }

  private static let types = ["public", "private", "cert", "secret-key", "data"]

  private static func isVersion(_ value: [UInt8]) -> Bool {
    let parts = value.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count <= 2 && parts.allSatisfy { isNumber(Array($0), upTo: 255) }
  }

  private static func isNumber(_ digits: [UInt8], upTo limit: UInt) -> Bool {
    // `UInt` would accept a sign too. It rejects an empty text and a number that is too large.
    guard digits.allSatisfy(ASCII.isDigit), let text = String(validating: digits, as: UTF8.self) else { return false }
    return UInt(text).map { $0 <= limit } ?? false
  }
}
