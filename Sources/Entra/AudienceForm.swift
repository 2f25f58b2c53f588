public import Encodings
import Tokens

/// The forms of `aud` that a client assertion for Entra is published to work with.
@nonexhaustive
public enum AudienceForm: String, Sendable, Hashable, CaseIterable {
  /// `https://{host}/{tenant}/oauth2/v2.0/token`, the documented one.
  case token
  /// `https://{host}/{tenant}/v2.0`
  case issuer
  /// `https://{host}/{tenant}/v2.0/`
  case issuerSlash = "issuer-slash"
  /// `https://{host}/{tenant}/oauth2/token`
  case tokenV1 = "token-v1"

  public func audience(host: String, tenant: ExactText) -> ExactText {
    let path =
      switch self {
      case .token: "oauth2/v2.0/token"
      case .issuer: "v2.0"
      case .issuerSlash: "v2.0/"
      case .tokenV1: "oauth2/token"
      }
    return ExactText("https://\(host)/\(tenant)/\(path)")
  }
}
