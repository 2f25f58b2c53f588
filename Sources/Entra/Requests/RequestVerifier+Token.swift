public import Encodings
import JSON
import Messages
public import Tokens

extension RequestVerifier {
  /// What the token must be for the address; nil for ids that are none.
  func profile(for request: borrowing ServiceRequest) -> Profile? {
    var profile: Profile?
    switch (request.address, request.body) {
    case (.graph(let address), _):
      profile = try? .graphProof(objectID: address.objectID ?? expected.objectID, clientID: address.appID)
    case (.token(let address), .token(let clientID, let assertion, _)):
      profile = try? .entraAssertion(
        tenant: address.tenant, clientID: clientID, loginHost: address.host,
        audienceForm: Self.audienceForm(of: assertion, at: address), algorithm: nil)
    default: break
    }
    if let own = profile?.algorithms { profile?.algorithms = own.asking(for: algorithms) }
    return profile
  }

  /// The published form that `aud` has, so that one chosen on purpose is accepted; its host and tenant must be those posted to.
  private static func audienceForm(of assertion: ExactText, at address: TokenAddress) -> AudienceForm? {
    let token = try? UnverifiedToken(Array(assertion.text.utf8).span)
    guard let audience = try? token?.claims.get()["aud"]?.string else { return nil }
    return AudienceForm.allCases.first { $0.audience(host: address.host, tenant: address.tenant) == audience }
  }

  /// Judged for the time, or for the token's start when that is later.
  public func verdict(on token: ExactText, by profile: Profile, at time: NumericDate) -> VerificationReport {
    let bytes = Array(token.text.utf8)
    let start = (try? UnverifiedToken(bytes.span))?.start(notBefore: time) ?? time
    return TokenVerifier(profile: profile, keys: keys, cryptography: cryptography)
      .verify(bytes.span, at: start)
  }

  /// Nil stands for ids of which no profile can be made.
  func tokenCheck(_ report: VerificationReport?) -> RequestCheck {
    guard let report else {
      return .failed(
        "token", RequestError(.bodyMalformed, "the ids in the body have not the form that they must have"))
    }
    if report.isAccepted { return .passed("token", found: report.profileID) }
    let finding = report.failedChecks.first?.finding
    let hint = finding?.serviceAnswer.map { "the service would answer: \($0)" } ?? finding?.hint
    return .failed(
      "token",
      RequestError(
        .tokenRejected, "\(report.profileID) rejects the token: \(finding?.message ?? "it was not judged")", hint: hint)
    )
  }

  func window(of report: VerificationReport?, at time: NumericDate) -> RequestCheck {
    let id = "window"
    guard let token = report?.verifiedToken, let end = TokenWindow(token.claims).end else {
      return .skipped(id, .notReached, "the token was not accepted")
    }
    let start = TokenWindow(token.claims).start ?? time
    if time < start {
      return .warning(
        id,
        RequestError(
          id: Check.Reason.notYetValid.rawValue,
          "the request can be sent from \(start), in \(start - time), to \(end)"))
    }
    return .passed(id, found: "until \(end), \(end - time) left")
  }
}
