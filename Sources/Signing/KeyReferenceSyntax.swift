/// How the references of one scheme are written; a backend says it of its own scheme, and everybody reads them by it.
public struct KeyReferenceSyntax: Sendable, Hashable {
  /// What follows the colon of the scheme.
  @nonexhaustive
  public enum Form: Sendable, Hashable {
    /// The whole of it is a path, as it stands.
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
    public let content: Content
    /// True where it stands behind the question mark of a URI.
    public let isInQuery: Bool

    public init(_ name: String, _ content: Content = .text, isInQuery: Bool = false) {
      self.name = name
      self.content = content
      self.isInQuery = isInQuery
    }
  }

  /// In lower case, without its colon: `pem`.
  public let scheme: String
  public let form: Form
  public let attributes: [Attribute]

  public init(_ scheme: String, _ form: Form = .path, attributes: [Attribute] = []) {
    self.scheme = scheme
    self.form = form
    self.attributes = attributes
  }

  /// Schemes are the same in any case (RFC 3986, section 3.1).
  func takes(scheme written: Substring.UTF8View) -> Bool {
    written.elementsEqual(scheme.utf8) {
      $0 == $1 || ($0 | 0x20 == $1 && (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0))
    }
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
