import Encodings
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
  /// text that is empty or holds a NUL, and for attributes that are unknown, empty, badly escaped or repeated. No
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

  /// The value of an attribute, its escapes undone; nil if it is not there.
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

  /// The same reference as text, in which relative paths begin with `folder`, so that it means the same key from every folder.
  ///
  /// A plain path stays one, and `-` stays standard input.
  public func text(startingAt folder: String) -> String {
    if scheme.utf8.elementsEqual(Self.plainPathScheme.utf8) {
      return Self.isRelative(path.utf8) ? Self.joined(folder, Substring(path)) : path
    }
    let rest = Substring(description.utf8.dropFirst(scheme.utf8.count + 1))
    func encoded(_ isLiteral: (UInt8) -> Bool) -> String { PercentEncoding.encoded(folder.utf8, allowing: isLiteral) }
    if path.isEmpty {
      guard let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?")) else { return description }
      let query = rest.utf8[rest.utf8.index(after: mark)...].split(separator: UInt8(ascii: "&"))
      let folder = encoded { URICharacters.isLiteral($0, inQuery: true) }
      return "\(scheme):\(rest[...mark])" + query.map { anchored(Substring($0), folder) }.joined(separator: "&")
    }
    let folder = encoded { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "%") }
    let parts = rest.utf8.split(separator: UInt8(ascii: ";")).map(Substring.init)
    let first = parts[0]
    let start = Self.isRelative(first.utf8) ? Self.joined(folder, first) : String(first)
    return "\(scheme):" + ([start] + parts.dropFirst().map { anchored($0, folder) }).joined(separator: ";")
  }

  /// An attribute as it is written, with `folder` before a relative path.
  private func anchored(_ attribute: Substring, _ folder: String) -> String {
    guard let equals = attribute.utf8.firstIndex(of: UInt8(ascii: "=")) else { return String(attribute) }
    let (name, value) = (attribute.utf8[..<equals], attribute[attribute.utf8.index(after: equals)...])
    let isPath = attributes.contains { $0.name.content == .path && $0.name.name.utf8.elementsEqual(name) }
    return isPath && Self.isRelative(value.utf8)
      ? "\(Substring(name))=\(Self.joined(folder, value))" : String(attribute)
  }

  private static func isRelative(_ path: some Collection<UInt8>) -> Bool {
    path.first != UInt8(ascii: "/") && !path.elementsEqual("-".utf8)
  }

  private static func joined(_ folder: String, _ path: Substring) -> String {
    var path = path
    while path.utf8.starts(with: "./".utf8) { path = Substring(path.utf8.dropFirst(2)) }
    return folder.utf8.last == UInt8(ascii: "/") ? "\(folder)\(path)" : "\(folder)/\(path)"
  }

  /// Whatever the scheme: a text that is not a reference after all is printed as a path.
  private static func refuseSecrets(in text: String) throws(KeyError) {
    // Before a name: of a scheme that is not known here the colon is one, too.
    let separators = Array(":;?&".utf8)
    for part in text.utf8.split(whereSeparator: { separators.contains($0) }) {
      guard let equals = part.firstIndex(of: UInt8(ascii: "=")), SecretNames.contains(part[..<equals]) else {
        continue
      }
      throw KeyError(
        .secretInReference,
        "the key reference holds a password or PIN, which everyone who sees the reference would see",
        hint:
          "leave it out: it is asked for on the terminal, or read from a file or file descriptor that an option names")
    }
  }
}

/// How the references of one scheme are written; a backend says it of its own scheme, and everybody reads them by it.
public struct KeyReferenceSyntax: Sendable, Hashable {
  /// What follows the colon of the scheme.
  @nonexhaustive
  public enum Form: Sendable, Hashable {
    /// The whole of it is a path, unchanged.
    case plainPath
    /// `PATH;name=value;name=value`, where `%` and two digits stand for a byte: `%3B` for `;`, `%25` for `%`.
    case path
    /// `name=value;name=value?name=value&name=value` (RFC 7512, section 2.3), without a path of a file.
    case uri
  }

  /// One attribute that a reference may have, once.
  public struct Attribute: Sendable, Hashable {
    /// What the value is.
    @nonexhaustive
    public enum Content: Sendable, Hashable {
      case text
      /// Any bytes, also none.
      case bytes
      /// The path of a file that opening the key reads.
      case path
      /// The same as a URI: `file:/path` or `file:///path` (RFC 8089).
      case fileURI
    }

    /// Of exactly this spelling.
    public let name: String
    /// What the value is.
    public let content: Content
    /// True if it follows the question mark of a URI.
    public let isInQuery: Bool

    public init(_ name: String, _ content: Content = .text, isInQuery: Bool = false) {
      self.name = name
      self.content = content
      self.isInQuery = isInQuery
    }
  }

  /// In lower case, without its colon: `pem`.
  public let scheme: String
  /// What follows the scheme.
  public let form: Form
  /// The attributes that a reference may have.
  public let attributes: [Attribute]

  public init(_ scheme: String, _ form: Form = .path, attributes: [Attribute] = []) {
    self.scheme = scheme
    self.form = form
    self.attributes = attributes
  }

  /// Schemes are the same in any case (RFC 3986, section 3.1).
  func takes(scheme written: Substring.UTF8View) -> Bool {
    ASCII.isEqualIgnoringCase(written, scheme.utf8)
  }
}

extension KeyReferenceSyntax {
  /// The path that `file:/path` and `file:///path` name, escapes undone already; nil for anything else.
  package static func path(ofFileURI uri: [UInt8]) -> String? {
    guard let text = String(validating: uri, as: UTF8.self), text.utf8.starts(with: "file:".utf8) else { return nil }
    var path = text.utf8.dropFirst("file:".utf8.count)
    if path.starts(with: "//".utf8) { path = path.dropFirst(2) }
    guard path.first == UInt8(ascii: "/"), !path.dropFirst().starts(with: "/".utf8) else { return nil }
    return String(Substring(path))
  }
}

/// Takes apart what follows the scheme of a reference.
struct KeyReferenceReader {
  private let syntax: KeyReferenceSyntax
  private(set) var path = ""
  /// In the order in which they are written.
  private(set) var values: [(KeyReferenceSyntax.Attribute, [UInt8])] = []

  init(_ syntax: KeyReferenceSyntax) { self.syntax = syntax }

  /// Throws `malformed-key-reference`.
  mutating func read(_ rest: Substring.UTF8View) throws(KeyError) {
    switch syntax.form {
    case .plainPath:
      path = String(Substring(rest))
      if path.isEmpty { throw malformed("names nothing after the colon") }
    case .path: try readPath(rest)
    case .uri: try readURI(rest)
    }
  }

  private mutating func readPath(_ rest: Substring.UTF8View) throws(KeyError) {
    var parts = rest.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)[...]
    guard let path = parts.popFirst().flatMap({ PercentEncoding.decoded($0) }).flatMap(Self.text) else {
      throw malformed("has a path that is empty or not text")
    }
    self.path = path
    for part in parts { try readAttribute(part, inQuery: false) }
  }

  private mutating func readURI(_ rest: Substring.UTF8View) throws(KeyError) {
    let mark = rest.firstIndex(of: UInt8(ascii: "?"))
    for (part, separator, inQuery) in [
      (rest[..<(mark ?? rest.endIndex)], UInt8(ascii: ";"), false),
      (mark.map { rest[rest.index(after: $0)...] } ?? rest[rest.endIndex...], UInt8(ascii: "&"), true),
    ] where !part.isEmpty {
      for attribute in part.split(separator: separator, omittingEmptySubsequences: false) {
        try readAttribute(attribute, inQuery: inQuery)
      }
    }
    if values.isEmpty { throw malformed("names nothing, which would match everything") }
  }

  private mutating func readAttribute(_ part: Substring.UTF8View, inQuery: Bool) throws(KeyError) {
    guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else {
      throw malformed("has an attribute without a value, or an empty one")
    }
    let written = Substring(part[..<equals])
    guard
      let attribute = syntax.attributes.first(where: {
        $0.name.utf8.elementsEqual(written.utf8) && $0.isInQuery == inQuery
      })
    else {
      let place = syntax.form == .uri ? " \(inQuery ? "after" : "before") the question mark" : ""
      throw malformed("has an attribute that is not known\(place): \(naming: written)")
    }
    let value = part[part.index(after: equals)...]
    let isURI = syntax.form == .uri
    guard
      let bytes = PercentEncoding.decoded(value, allowing: { !isURI || URICharacters.isLiteral($0, inQuery: inQuery) })
    else { throw malformed("has a bad escape or an unescaped character in \(attribute.name)") }
    // What may be empty in a URI, its reader decides attribute by attribute.
    if !isURI, Self.text(bytes) == nil {
      throw malformed("has an attribute \(attribute.name) that is empty or not text")
    }
    if values.contains(where: { $0.0 == attribute }) { throw malformed("has the attribute \(attribute.name) twice") }
    values.append((attribute, bytes))
  }

  /// Nil for no bytes, a NUL and what is not UTF-8.
  private static func text(_ bytes: [UInt8]) -> String? {
    bytes.isEmpty || bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
  }

  private func malformed(_ reason: String) -> KeyError {
    let hint =
      switch syntax.form {
      case .plainPath: "write the path of a file"
      case .path:
        "write \(syntax.scheme):PATH\(syntax.attributes.map { ";\($0.name)=…" }.joined()), with %3B for ; and %25 for %"
      case .uri:
        "keyroll keys lists references to copy; a value escapes other characters as % and two digits (RFC 7512)"
      }
    return KeyError(.malformedKeyReference, "the \(syntax.scheme): key reference \(reason)", hint: hint)
  }
}
