import Signing

/// A certificate whose own signature rests on SHA-1 or MD5 draws a warning.
struct CertificateSignatureRule: ClaimRule {
  var id: String { "certificate-signature" }
  var verdict: Check.Verdict { .signature }

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let certificate = draft.certificate else {
      return skipped(.notApplicable, "a bare public key has no issuer")
    }
    return certificate.hasWeakSignature
      ? warning(.certificateWeakSignature, "the certificate is signed by \(certificate.signatureAlgorithmName)")
      : passed()
  }
}
