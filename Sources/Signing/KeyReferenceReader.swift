import Encodings
import Messages

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
