internal import Signing

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
  /// The path of the file with the key's certificate, which no token sees.
  case certificate

  /// True for what stands after the question mark.
  var isQuery: Bool {
    switch self {
    case .pinSource, .moduleName, .modulePath, .certificate: true
    default: false
    }
  }

  /// The length in bytes of the field that it is compared with, where the standard sets one.
  var fieldByteCount: Int? {
    switch self {
    case .token, .manufacturer, .libraryManufacturer, .libraryDescription, .slotManufacturer: 32
    case .serial, .model: 16
    case .slotDescription: 64
    default: nil
    }
  }

  /// As references are read: the value of an id is any bytes, and what names a file is told from what is compared.
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
