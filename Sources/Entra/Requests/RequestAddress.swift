public import Encodings
public import Tokens

/// The address that a request is posted to, which also says what it asks for.
@nonexhaustive
public enum RequestAddress: Sendable, Hashable {
  /// `addKey` or `removeKey` of Microsoft Graph.
  case graph(GraphAddress)
  /// The token endpoint of a tenant, which trades a client assertion for an access token.
  case token(TokenAddress)

  /// What the body is (RFC 9110, section 8.3).
  public var mediaType: String {
    switch self {
    case .graph: "application/json"
    case .token: "application/x-www-form-urlencoded"
    }
  }

  /// The status with which the service says that it did what was asked.
  public var successStatus: Int {
    switch self {
    case .graph(let address): address.action == .removeKey ? 204 : 200
    case .token: 200
    }
  }

  /// The host that the request is sent to.
  public var host: String {
    switch self {
    case .graph(let address): address.host
    case .token(let address): address.host
    }
  }

  /// True for a host of a listed cloud.
  public var isHostKnown: Bool { !clouds.isEmpty }

  /// The hosts of Graph that belong to this host: several clouds may have the same token endpoint.
  var graphHosts: [String] { clouds.map(\.graphHost) }

  /// The ids by which it names the object, of either kind.
  public var objectIDs: [ExactText] {
    switch self {
    case .graph(let address): [address.objectID, address.appID].compactMap(\.self)
    case .token: []
    }
  }

  /// Nil for a token request.
  var action: GraphAddress.Action? { if case .graph(let address) = self { address.action } else { nil } }

  private var clouds: [Cloud] {
    Cloud.allCases.filter { cloud in
      RequestExpectation.Hosts.cloud(cloud).hosts(for: self)?.containsHost(host) ?? false
    }
  }

  /// The name of the command that makes such a request.
  public var requestName: String {
    switch self {
    case .graph(let address): address.action == .addKey ? "add-key" : "remove-key"
    case .token: "token"
    }
  }
}

extension RequestAddress: CustomStringConvertible {
  public var description: String {
    switch self {
    case .graph(let address): address.description
    case .token(let address): address.description
    }
  }

  /// Reads the output of `description`, letter by letter; nil for anything else.
  public init?(_ text: String) {
    if let address = GraphAddress(text) {
      self = .graph(address)
    } else if let address = TokenAddress(text) {
      self = .token(address)
    } else {
      return nil
    }
  }

  /// The host and the parts after it, between slashes; nil if it is not an `https` address.
  static func parts(of text: String) -> [String]? {
    let scheme = "https://".utf8
    guard text.utf8.starts(with: scheme) else { return nil }
    return text.utf8.dropFirst(scheme.count).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
  }
}

/// The address for `addKey` and `removeKey`.
public struct GraphAddress: Sendable, Hashable {
  /// The kind of the object, by the collection that it is in.
  @nonexhaustive
  public enum Collection: String, Sendable, Hashable, CaseIterable {
    /// `/applications`: app registrations.
    case applications
    /// `/servicePrincipals`: enterprise applications.
    case servicePrincipals
  }

  /// How the address names the object; the proof names it by its object id in either case.
  @nonexhaustive
  public enum Name: Sendable, Hashable {
    /// By its object id, a GUID: `/applications/{id}`.
    case objectID(ExactText)
    /// By its application (client) id, a GUID: `/applications(appId='{id}')`.
    case appID(ExactText)
  }

  /// What to do with the object.
  @nonexhaustive
  public enum Action: String, Sendable, Hashable, CaseIterable {
    /// Adds a certificate, with a proof of an existing key.
    case addKey
    /// Removes the key with a keyId, with a proof of an existing key.
    case removeKey
  }

  /// The host of Graph, such as `graph.microsoft.com`.
  public let host: String
  /// The version of Graph.
  public let version: GraphVersion
  /// Applications or service principals.
  public let collection: Collection
  /// The id that the address names the object by.
  public let name: Name
  /// What the request does.
  public let action: Action

  /// Throws `malformed-parameter` for a host that is more than the name of one, and for an id that is not a GUID.
  public init(
    host: String = Cloud.global.graphHost, version: GraphVersion = .v1, collection: Collection, name: Name,
    action: Action
  ) throws(ProfileError) {
    self.host = try DirectoryName.graphHost(host)
    switch name {
    case .objectID(let id): _ = try DirectoryName.guid(id, "the object id")
    case .appID(let id): _ = try DirectoryName.guid(id, "the application id")
    }
    self.version = version
    self.collection = collection
    self.name = name
    self.action = action
  }

  /// The object id, if the address has it.
  public var objectID: ExactText? { if case .objectID(let id) = name { id } else { nil } }
  /// The application id, if the address has it.
  public var appID: ExactText? { if case .appID(let id) = name { id } else { nil } }
}

extension GraphAddress: CustomStringConvertible {
  public var description: String {
    let object =
      switch name {
      case .objectID(let id): "\(collection.rawValue)/\(id)"
      case .appID(let id): "\(collection.rawValue)(appId='\(id)')"
      }
    return "https://\(host)/\(version.rawValue)/\(object)/\(action.rawValue)"
  }

  /// Reads the output of `description`; nil for anything else.
  init?(_ text: String) {
    guard let parts = RequestAddress.parts(of: text), let action = parts.last.flatMap(Action.init(rawValue:)),
      parts.count >= 2, let version = GraphVersion(rawValue: parts[1])
    else { return nil }
    for collection in Collection.allCases {
      let name: Name
      if parts.count == 5, parts[2].utf8.elementsEqual(collection.rawValue.utf8) {
        name = .objectID(ExactText(parts[3]))
      } else if parts.count == 4, let id = Self.appID(in: parts[2], of: collection) {
        name = .appID(id)
      } else {
        continue
      }
      guard
        let address = try? GraphAddress(
          host: parts[0], version: version, collection: collection, name: name, action: action),
        address.description.utf8.elementsEqual(text.utf8)
      else { return nil }
      self = address
      return
    }
    return nil
  }

  private static func appID(in part: String, of collection: Collection) -> ExactText? {
    let (start, end) = ("\(collection.rawValue)(appId='".utf8, "')".utf8)
    guard part.utf8.starts(with: start), part.utf8.count > start.count + end.count else { return nil }
    return ExactText(String(Substring(part.utf8.dropFirst(start.count).dropLast(end.count))))
  }
}

/// A version of the Graph API, as an address has it.
@nonexhaustive
public enum GraphVersion: String, Sendable, Hashable, CaseIterable {
  /// The version for production, and the one for features that may change.
  case v1 = "v1.0", beta
}

/// The token endpoint of a tenant (OAuth 2.0, RFC 6749, section 3.2).
public struct TokenAddress: Sendable, Hashable {
  /// The host of the token endpoint, such as `login.microsoftonline.com`.
  public let host: String
  /// A GUID or a domain.
  public let tenant: ExactText

  /// Throws `malformed-parameter` for a host that is more than the name of one, and a tenant that is neither GUID nor domain.
  public init(host: String = Cloud.global.loginHost, tenant: ExactText) throws(ProfileError) {
    self.host = try DirectoryName.loginHost(host)
    self.tenant = try DirectoryName.tenant(tenant)
  }
}

extension TokenAddress: CustomStringConvertible {
  public var description: String { AudienceForm.token.audience(host: host, tenant: tenant).text }

  /// Reads the output of `description`; nil for anything else.
  init?(_ text: String) {
    guard let parts = RequestAddress.parts(of: text), parts.count == 5,
      let address = try? TokenAddress(host: parts[0], tenant: ExactText(parts[1])),
      address.description.utf8.elementsEqual(text.utf8)
    else { return nil }
    self = address
  }

  /// The scope of everything in Graph that the application was granted; throws `malformed-parameter` for text that is
  /// not a host.
  public static func graphScope(host: String) throws(ProfileError) -> ExactText {
    ExactText("https://\(try DirectoryName.graphHost(host))/.default")
  }
}
