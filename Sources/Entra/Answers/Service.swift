import Encodings
import JSON
public import Tokens

/// One of the two services that take the tokens of this room.
@nonexhaustive
public enum Service: String, Sendable, Hashable, CaseIterable {
  /// Microsoft Graph, which takes a proof for `addKey` and `removeKey`.
  case graph = "graph"
  /// Entra's token endpoint, which takes a client assertion.
  case tokenEndpoint = "token-endpoint"

  /// For people.
  public var title: String {
    switch self {
    case .graph: "Microsoft Graph"
    case .tokenEndpoint: "the token endpoint"
    }
  }

  /// The one that a token looks made for: an assertion names a subject or an address.
  public init(takerOf token: UnverifiedToken) {
    let claims = (try? token.claims.get()) ?? JSONObject()
    let isAddressed = claims["aud"]?.string?.text.utf8.starts(with: "https://".utf8) ?? false
    self = isAddressed || claims["sub"] != nil ? .tokenEndpoint : .graph
  }
}
