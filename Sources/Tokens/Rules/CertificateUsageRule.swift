import Signing

/// A key usage extension that is there includes digitalSignature (RFC 5280, section 4.2.1.3); the services are not
/// documented to look, so it only warns.
struct CertificateUsageRule: ClaimRule {
  var id: String { "certificate-usage" }
  var verdict: Check.Verdict { .signature }

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let certificate = draft.certificate else {
      return skipped(.notApplicable, "a bare public key has no key usage")
    }
    return certificate.allowsDigitalSignature
      ? passed()
      : warning(.certificateUsage, "the certificate's key usage does not include digitalSignature")
  }
}
