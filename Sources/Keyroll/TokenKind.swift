import Encodings
import Entra
import JSON
public import Tokens

/// The kind of token that an unverified token looks like; anybody can have written it.
@nonexhaustive
public enum TokenKind: String, Sendable, Hashable, CaseIterable {
  /// The proof of possession that Microsoft Graph wants for `addKey` and `removeKey`.
  case proof
  /// A client assertion (RFC 7523, section 3).
  case assertion
  /// An access token (RFC 9068, or Entra's own form), which is not for its bearer to read.
  case accessToken = "access-token"
  /// An id token (OpenID Connect Core, section 2): it tells an application who signed in.
  case idToken = "id-token"
  /// Anything else, also a token whose claims cannot be read.
  case other

  /// It looks only at the claims; unreadable claims make it `other`.
  public init(of token: UnverifiedToken) {
    guard let claims = try? token.claims.get() else {
      self = .other
      return
    }
    let type = (try? token.header.get())?["typ"]?.string?.text.utf8
    let audience = claims["aud"]?.string
    let isForGraph = audience.map { $0 == Self.directory || $0 == Self.graph } ?? false
    let isAuthorized = ["scp", "appid", "azp"].contains { claims[$0] != nil }
    let isOfSignIn = ["nonce", "at_hash", "c_hash"].contains { claims[$0] != nil }
    if isOfSignIn, !isAuthorized, claims["sub"] != nil, claims["sub"] != claims["iss"] {
      self = .idToken
    } else if type.map({ ASCII.isEqualIgnoringCase($0, "at+jwt".utf8) }) ?? false
      || ["scp", "roles", "appid", "azp"].contains(where: { claims[$0] != nil })
      || claims["tid"] != nil && claims["ver"] != nil
    {
      self = .accessToken
    } else if isForGraph, claims["sub"] == nil {
      self = .proof
    } else if claims["sub"] != nil && claims["sub"] == claims["iss"] || audience.map(Self.isTokenEndpoint) ?? false {
      self = .assertion
    } else {
      self = .other
    }
  }

  /// The ids in `aud` of a proof, the right one and the common mistake.
  private static let directory: ExactText = "00000002-0000-0000-c000-000000000000"
  private static let graph: ExactText = "00000003-0000-0000-c000-000000000000"

  private static func isTokenEndpoint(_ audience: ExactText) -> Bool {
    TextForm.httpsAddress.matches(audience) && audience.text.utf8.reversed().starts(with: "nekot/".utf8)
      || EntraAudience(audience) != nil
  }

  /// For people.
  public var summary: String {
    switch self {
    case .proof: "a proof of possession, as Microsoft Graph wants it for addKey and removeKey"
    case .assertion: "a client assertion"
    case .accessToken: "an access token: a service issued it, and it does not prove possession of a key"
    case .idToken: "an id token: it tells an application who signed in, and it does not prove possession of a key"
    case .other: "none that keyroll knows"
    }
  }
}
