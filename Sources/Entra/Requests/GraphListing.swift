import Encodings
public import Messages
public import Tokens

/// Where Graph is asked what is registered: on one object, or on all of a collection, page by page.
public struct GraphListing: Sendable, Hashable {
  /// What is asked for.
  @nonexhaustive
  public enum Scope: Sendable, Hashable {
    /// One object, whose answer has the certificates themselves.
    case object(GraphAddress.Name)
    /// All of the collection, from the first page on or from the one behind a token; without the certificates.
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

  /// The name of the command that makes a request for it.
  public static let requestName = "list-keys"

  /// The most objects of one page that Graph gives.
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

  /// The page that follows a saved one. Nothing but the skip token is taken from the answer: the address is that of this listing.
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
        hint: "where another cloud is meant, choose it; else do not follow it")
    }
    let path = rest[linkHost.endIndex...].prefix { !"?#".utf8.contains($0) }
    let query = rest[path.endIndex...].dropFirst()
    guard path.elementsEqual("/\(version.rawValue)/\(collection.rawValue)".utf8) else {
      throw KeyCredentialsError(
        .foreignNextPage,
        "the next page that \(naming: subject) names is not of \(version.rawValue)/\(collection.rawValue): \(naming: link)",
        hint: "ask for the collection and version that the page is of")
    }
    guard let token = SkipToken(query: query) else {
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

  /// Reads what `description` writes; nil for anything else.
  public init?(_ text: String) {
    let scheme = "https://"
    let parts = text.dropFirst(scheme.count).split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    guard text.hasPrefix(scheme), parts.count == 3, let version = GraphVersion(rawValue: String(parts[1])),
      let collection = GraphAddress.Collection.allCases.first(where: { parts[2].hasPrefix($0.rawValue) }),
      let scope = Self.scope(parts[2].dropFirst(collection.rawValue.count)),
      let listing = try? GraphListing(host: String(parts[0]), version: version, collection: collection, scope: scope),
      listing.description.utf8.elementsEqual(text.utf8)
    else { return nil }
    self = listing
  }

  /// What follows the name of the collection; the whole is compared in the end.
  private static func scope(_ rest: Substring) -> Scope? {
    let name = rest.prefix { $0 != "?" }
    if name.isEmpty {
      let query = rest.dropFirst()
      let token = SkipToken(query: query.utf8)
      return query.contains("$skiptoken=") && token == nil ? nil : .all(after: token)
    }
    if name.first == "/" { return .object(.objectID(ExactText(String(name.dropFirst())))) }
    let (start, end) = ("(appId='", "')")
    guard name.hasPrefix(start), name.hasSuffix(end) else { return nil }
    return .object(.appID(ExactText(String(name.dropFirst(start.count).dropLast(end.count)))))
  }
}

/// What tells Graph where the next page of a listing begins.
public struct SkipToken: Sendable, Hashable {
  /// As it stands in an address, escapes and all.
  public let text: String

  private static let mostBytes = 4096

  /// Nil for what could end a value in an address or in a configuration of curl.
  public init?(_ text: String) {
    let bytes = text.utf8
    guard (1...Self.mostBytes).contains(bytes.count),
      bytes.allSatisfy({ URICharacters.isUnreserved($0) || "%!'()*+,/:;=@".utf8.contains($0) }),
      PercentEncoding.decoded(bytes) != nil
    else { return nil }
    self.text = text
  }

  /// The only one in the query of an address; nil for none, for several, and for one that cannot be read.
  init?(query: some Collection<UInt8>) {
    let tokens = query.split(separator: UInt8(ascii: "&")).compactMap { part -> String? in
      guard let equals = part.firstIndex(of: UInt8(ascii: "=")), let name = PercentEncoding.decoded(part[..<equals]),
        ASCII.isEqualIgnoringCase(name, "$skiptoken".utf8)
      else { return nil }
      return String(validating: part[part.index(after: equals)...], as: UTF8.self)
    }
    guard tokens.count == 1, let token = SkipToken(tokens[0]) else { return nil }
    self = token
  }

  /// That of the address of a next page, whatever its host.
  init?(link: ExactText) {
    self.init(query: link.text.utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst())
  }
}
