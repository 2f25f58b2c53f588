public import Entra
public import Signing
public import Tokens

/// Says what an answer of Microsoft Graph or of the token endpoint really means, with the token that was sent where it is there.
public struct ExplainAnswer: Sendable {
  public let response: ServiceResponse

  /// Takes what `curl -i` saved, or the JSON body alone.
  ///
  /// Throws `malformed-response`, `unrecognised-response` for JSON that nothing says is an answer, and what the JSON reader throws.
  public init(_ text: Span<UInt8>) throws(ResponseError) { response = try ServiceResponse(text) }

  /// When the service judged, by its own clock; nil where the answer does not say.
  public var time: NumericDate? { response.date }

  /// The service that this token was sent to: the one that answered, or else the one that it looks made for.
  public func service(for token: Span<UInt8>) -> Service {
    response.service ?? (try? UnverifiedToken(token)).map(Service.init(takerOf:)) ?? .graph
  }

  /// What the answer says by itself.
  public func explanation(certificates: [Certificate] = []) -> ResponseExplanation {
    ResponseExplanation(response, token: nil, certificates: certificates)
  }

  /// The same with the token that was sent, whose faults explain the answer; `time` is when the service judged it.
  ///
  /// `keys` may have signed it, and `unusable` cannot be used though somebody gave them. With what is registered on the
  /// object, the thumbprint in its header is looked up there.
  public func explanation(
    of token: Span<UInt8>, by profile: Profile, trusting keys: [TrustedKey], unusable: [UnusableCertificate] = [],
    registered: KeyCredentials? = nil, at time: NumericDate, with toolkit: Toolkit
  ) -> ResponseExplanation {
    let profile = registered.map { profile.judging(by: $0) } ?? profile
    let sent = SentToken(
      token, profile: profile, keys: keys, unusable: unusable, cryptography: toolkit.cryptography, at: time)
    return ResponseExplanation(response, token: sent, certificates: keys.compactMap(\.certificate))
  }
}
