public import Encodings
import Tokens
public import Signing

/// What whoever checks a request knows of it from elsewhere.
///
/// A proof names the object, and nothing else of the request that it goes with: whoever carries the two can put another
/// certificate, keyId, host or scope beside the proof. What is nil here nobody compares, and the report says so.
public struct RequestExpectation: Sendable {
  /// The certificate that `addKey` adds; all its bytes are compared.
  public var newCertificate: Certificate?
  /// The keyId that `removeKey` removes.
  public var keyID: ExactText?
  /// The object id that the proof names, also where the address names an application id.
  public var objectID: ExactText?
  /// The application id that the address names, which the proof does not.
  public var applicationID: ExactText?
  public var hosts: Hosts?
  /// The scope of a token request.
  public var scope: ExactText?

  public init(
    newCertificate: Certificate? = nil, keyID: ExactText? = nil, objectID: ExactText? = nil,
    applicationID: ExactText? = nil, hosts: Hosts? = nil, scope: ExactText? = nil
  ) {
    self.newCertificate = newCertificate
    self.keyID = keyID
    self.objectID = objectID
    self.applicationID = applicationID
    self.hosts = hosts
    self.scope = scope
  }

  /// Whom the request may be posted to.
  @nonexhaustive
  public enum Hosts: Sendable, Hashable {
    /// A cloud of the list.
    case cloud(Cloud)
    /// The host of the token endpoint, and that of Graph, which a token request names in its scope.
    case named(login: String?, graph: String?)

    /// The hosts that a request to this address may be posted to; nil where none was named for its kind.
    func hosts(for address: RequestAddress) -> [String]? {
      switch (self, address) {
      case (.cloud(let cloud), .graph): [cloud.graphHost]
      case (.cloud(let cloud), .token): cloud.loginHosts
      case (.named(_, let graph), .graph): graph.map { [$0] }
      case (.named(let login, _), .token): login.map { [$0] }
      }
    }

    var graphHost: String? {
      switch self {
      case .cloud(let cloud): cloud.graphHost
      case .named(_, let graph): graph
      }
    }

    var loginHost: String? { if case .named(let login, _) = self { login } else { nil } }
  }
}

/// Where something that a request is judged by came from.
@nonexhaustive
public enum EvidenceOrigin: Sendable, Hashable {
  /// From the caller, who has it from where they trust it.
  case caller
  /// From beside the request: whoever could change the one could change the other.
  case request
}
