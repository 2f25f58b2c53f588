public import Messages

/// Where a key is: a scheme, a path and attributes, read once, by the syntax of the scheme.
///
/// It never holds a secret, so it may be printed, logged and stored; messages show it by `\(naming:)`.
public struct KeyReference: Sendable, Hashable, CustomStringConvertible {
  /// In lower case, without the colon; `file` for a plain path.
  public let scheme: String
  /// The file or program, its escapes undone; `-` is standard input. Empty for a reference that is a URI.
  public let path: String
  private let attributes: [Attribute]
  /// As it was written, the scheme in lower case; a plain path has the scheme `file`.
  public let description: String

  private struct Attribute: Hashable {
    let name: KeyReferenceSyntax.Attribute
    let value: [UInt8]
  }

  /// The scheme of a path whose kind is found by its content.
  public static let plainPathScheme = "file"

  /// Reads a reference of one of the schemes, or takes the whole text as a path, under the scheme `file`, when it starts
  /// with none of them.
  ///
  /// Throws `secret-in-reference` for an attribute that would hold a PIN or a password, and `malformed-key-reference` for
  /// text that is empty or holds a NUL, and for attributes that are unknown, empty, badly escaped or there twice. No
  /// message repeats a value.
  public init(_ text: String, of syntaxes: [KeyReferenceSyntax]) throws(KeyError) {
    if text.isEmpty || text.utf8.contains(0) {
      throw KeyError(.malformedKeyReference, "a key reference must be a path or scheme:rest, not empty and without NUL")
    }
    try Self.refuseSecrets(in: text)
    let colon = text.utf8.firstIndex(of: UInt8(ascii: ":"))
    guard let colon, let syntax = syntaxes.first(where: { $0.takes(scheme: text.utf8[..<colon]) }) else {
      scheme = Self.plainPathScheme
      path = text
      attributes = []
      description = "\(Self.plainPathScheme):\(text)"
      return
    }
    let rest = text.utf8[text.utf8.index(after: colon)...]
    var reader = KeyReferenceReader(syntax)
    try reader.read(rest)
    scheme = syntax.scheme
    path = reader.path
    attributes = reader.values.map { Attribute(name: $0, value: $1) }
    description = "\(syntax.scheme):\(Substring(rest))"
  }

  /// The value of an attribute, its escapes undone; nil where it is not there.
  public subscript(bytes name: String) -> [UInt8]? {
    attributes.first { $0.name.name.utf8.elementsEqual(name.utf8) }?.value
  }

  /// The same as text, which every attribute is but those that a URI compares byte by byte.
  public subscript(name: String) -> String? { self[bytes: name].flatMap { String(validating: $0, as: UTF8.self) } }

  /// Every file that opening the key reads, the key's own first: what a command must neither overwrite nor, where it is
  /// `-`, read twice.
  public var inputFiles: [String] {
    let named = attributes.compactMap { attribute in
      switch attribute.name.content {
      case .bytes, .text: nil as String?
      case .path: String(validating: attribute.value, as: UTF8.self)
      case .fileURI: KeyReferenceSyntax.path(ofFileURI: attribute.value)
      }
    }
    return (path.isEmpty ? [] : [path]) + named
  }

  /// Whatever the scheme: a text that is no reference after all is printed as a path.
  private static func refuseSecrets(in text: String) throws(KeyError) {
    // Before a name: of a scheme that is not known here the colon is one, too.
    let separators = Array(":;?&".utf8)
    for part in text.utf8.split(whereSeparator: { separators.contains($0) }) {
      guard let equals = part.firstIndex(of: UInt8(ascii: "=")), SecretNames.contains(part[..<equals]) else {
        continue
      }
      throw KeyError(
        .secretInReference,
        "the key reference holds a password or PIN, which everybody would see who sees the reference",
        hint:
          "leave it out: it is asked for on the terminal, or read from a file or file descriptor that an option names")
    }
  }
}
