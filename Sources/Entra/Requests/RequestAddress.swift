/// Where a request is posted to, which says what it asks for.
@nonexhaustive
public enum RequestAddress: Sendable, Hashable {
  case graph(GraphAddress)
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

  public var host: String {
    switch self {
    case .graph(let address): address.host
    case .token(let address): address.host
    }
  }

  /// True for a host of a cloud in the list.
  public var isHostKnown: Bool { !clouds.isEmpty }

  /// The hosts of Graph that belong to this host: several clouds may have the same token endpoint.
  var graphHosts: [String] { clouds.map(\.graphHost) }

  /// Nil for a token request.
  var action: GraphAddress.Action? { if case .graph(let address) = self { address.action } else { nil } }

  private var clouds: [Cloud] {
    Cloud.allCases.filter { cloud in
      let hosts =
        switch self {
        case .graph: [cloud.graphHost]
        case .token: cloud.loginHosts
        }
      return hosts.contains { $0.utf8.elementsEqual(host.utf8) }
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

  /// Reads what `description` writes, letter by letter; nil for anything else.
  public init?(_ text: String) {
    if let address = GraphAddress(text) {
      self = .graph(address)
    } else if let address = TokenAddress(text) {
      self = .token(address)
    } else {
      return nil
    }
  }

  /// The host and what follows it, between slashes; nil for what is no `https` address.
  static func parts(of text: String) -> [String]? {
    let scheme = "https://".utf8
    guard text.utf8.starts(with: scheme) else { return nil }
    return text.utf8.dropFirst(scheme.count).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
  }
}
