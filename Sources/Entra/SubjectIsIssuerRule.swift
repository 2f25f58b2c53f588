import JOSE
import JSONWebToken

/// `sub` repeats `iss`: both are the client (RFC 7523, section 3).
struct SubjectIsIssuerRule: ClaimRule {
  let id = "sub-is-iss"

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let issuer = draft.claims["iss"], let subject = draft.claims["sub"] else {
      return skipped(.notApplicable, "iss or sub is missing")
    }
    return issuer == subject
      ? passed()
      : failed(
        .claimMismatch, "sub differs from iss, and both must be the client id", hint: "write the client id into both")
  }
}
