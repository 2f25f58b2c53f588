import Encodings
import Signing

/// The certificate is valid when the token is used, and over its window (RFC 5280, section 4.1.2.5).
struct CertificateDatesRule: ClaimRule {
  var id: String { "certificate-dates" }
  var verdict: Check.Verdict { .signature }

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let certificate = draft.certificate else {
      return skipped(.notApplicable, "a bare public key has no dates")
    }
    let (notBefore, notAfter) = certificate.validity
    let start = date("nbf", draft).map { max($0, time) } ?? time
    if start > notAfter {
      return failed(
        .certificateExpired, "the certificate ended at \(notAfter), and the token cannot be used before \(start)",
        hint: "sign with a certificate that is still valid")
    }
    if time < notBefore || start < notBefore {
      return failed(
        .certificateNotYetValid, "the certificate starts at \(notBefore), and it is \(time)",
        hint: "if the certificate is in use already, the clock of this machine is behind: give the time by --at")
    }
    if let end = date("exp", draft), end > notAfter {
      return warning(.certificateEndsEarly, "the certificate ends at \(notAfter), before the token does at \(end)")
    }
    return passed()
  }

  /// A date that makes sense; what is wrong with another, its own rule says.
  private func date(_ name: ExactText, _ draft: TokenDraft) -> NumericDate? {
    guard case .date(let date, _) = DateClaim(name: name, numbers: .anyNumber, isLenient: true).read(draft.claims)
    else {
      return nil
    }
    return date
  }
}
