public import JSON

/// The header and claims of a token that a verifier has accepted; only `TokenVerifier` makes one.
public struct VerifiedToken: Sendable {
  public let header: JSONObject
  public let claims: JSONObject
}
