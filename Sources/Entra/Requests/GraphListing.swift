import Encodings
public import Messages
public import Tokens

/// A request to Graph for the credentials of one object, or of all objects of a collection, page by page.
public struct GraphListing: Sendable, Hashable {
  /// What the request asks for.
  @nonexhaustive
  public enum Scope: Sendable, Hashable {
    /// One object, whose answer has the certificates themselves.
    case object(GraphAddress.Name)
    /// The whole collection, from the first page or from the page after a token; without the certificates.
    case all(after: SkipToken?)
  }

  /// The host of Graph, such as `graph.microsoft.com`.
  public let host: String
  /// The version in the address.
  public let version: GraphVersion
  /// Applications or service principals.
  public let collection: GraphAddress.Collection
  /// One object, or all of them.
  public let scope: Scope

  /// The most objects that Graph gives on one page.
  private static let pageSize = 999

  /// Throws `malformed-parameter` for a host that is more than the name of one, and for an id that is not a GUID.
  public init(
    host: String = Cloud.global.graphHost, version: GraphVersion = .v1, collection: GraphAddress.Collection,
    scope: Scope
  ) throws(ProfileError) {
    self.host = try DirectoryName.graphHost(host)
    switch scope {
    case .object(.objectID(let id)): _ = try DirectoryName.guid(id, "the object id")
    case .object(.appID(let id)): _ = try DirectoryName.guid(id, "the application id")
    case .all: break
    }
    self.version = version
    self.collection = collection
    self.scope = scope
  }

  private init(after token: SkipToken, of listing: GraphListing) {
    host = listing.host
    version = listing.version
    collection = listing.collection
    scope = .all(after: token)
  }

  /// The page after a saved one. Only the skip token is taken from the answer: the address is that of this listing.
  ///
  /// Throws `no-next-page`, `foreign-next-page` for a page of another host or collection, and what reading the answer throws.
  public func next(after answer: Span<UInt8>, of subject: String) throws(KeyCredentialsError) -> GraphListing {
    let saved = try SavedRegistrations(answer, of: subject, within: .savedListing)
    guard let link = saved.pages.last?.nextLink else {
      throw KeyCredentialsError(
        .noNextPage, "\(naming: subject) has no @odata.nextLink: no page follows it",
        hint: "the listing is complete with this page")
    }
    return GraphListing(after: try token(in: link, of: subject), of: self)
  }

  private func token(in link: ExactText, of subject: String) throws(KeyCredentialsError) -> SkipToken {
    let scheme = "https://"
    let bytes = link.text.utf8
    let rest = bytes.dropFirst(scheme.utf8.count)
    let linkHost = rest.prefix { !"/?#".utf8.contains($0) }
    guard bytes.starts(with: scheme.utf8), ASCII.isEqualIgnoringCase(linkHost, host.utf8) else {
      throw KeyCredentialsError(
        .foreignNextPage,
        "the next page that \(naming: subject) names is not on \(naming: host): \(naming: link)",
        hint: "if another cloud is meant, choose it; otherwise do not follow it")
    }
    let path = rest[linkHost.endIndex...].prefix { !"?#".utf8.contains($0) }
    let query = rest[path.endIndex...].dropFirst()
    guard path.elementsEqual("/\(version.rawValue)/\(collection.rawValue)".utf8) else {
      throw KeyCredentialsError(
        .foreignNextPage,
        "the next page that \(naming: subject) names is not of \(version.rawValue)/\(collection.rawValue): \(naming: link)",
        hint: "ask for the collection and version that the page is of")
    }
    let tokens = query.split(separator: UInt8(ascii: "&")).compactMap { part -> Substring.UTF8View? in
      guard let equals = part.firstIndex(of: UInt8(ascii: "=")), let name = PercentEncoding.decoded(part[..<equals]),
        ASCII.isEqualIgnoringCase(name, "$skiptoken".utf8)
      else { return nil }
      return part[part.index(after: equals)...]
    }
    guard tokens.count == 1, let token = String(tokens[0]).flatMap(SkipToken.init) else {
      throw KeyCredentialsError(
        .noNextPage, "the next page that \(naming: subject) names has no $skiptoken that can be read",
        hint: "save the answer again, as it was received")
    }
    return token
  }
}

extension GraphListing: CustomStringConvertible {
  /// The address, for a GET.
  public var description: String {
    let all = "https://\(host)/\(version.rawValue)/\(collection.rawValue)"
    let members = "$select=id,appId,displayName,keyCredentials,passwordCredentials"
    switch scope {
    case .object(.objectID(let id)): return "\(all)/\(id)?\(members)"
    case .object(.appID(let id)): return "\(all)(appId='\(id)')?\(members)"
    case .all(let token):
      return "\(all)?\(members)&$top=\(Self.pageSize)" + (token.map { "&$skiptoken=\($0.text)" } ?? "")
    }
  }
}

/// The token that tells Graph where the next page of a listing begins.
public struct SkipToken: Sendable, Hashable {
  /// As in an address, with its escapes.
  public let text: String

  private static let mostBytes = 4096

  /// Nil for characters that could end a value in an address or in a configuration of curl.
  public init?(_ text: String) {
    let bytes = text.utf8
    guard (1...Self.mostBytes).contains(bytes.count),
      bytes.allSatisfy({ URICharacters.isUnreserved($0) || "%!'()*+,/:;=@".utf8.contains($0) }),
      PercentEncoding.decoded(bytes) != nil
    else { return nil }
    self.text = text
  }
}
