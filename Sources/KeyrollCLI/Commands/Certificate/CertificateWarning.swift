import Keyroll

/// What stands against signing with the key of a certificate, or against registering it.
struct CertificateWarning {
  /// Stable, in kebab-case; of a key, that of the error which signing with it would be.
  let id: String
  let message: String

  /// Those of a certificate at this time, in an order that does not change.
  ///
  /// An issuer's certificate is not there to sign tokens, and its key is not judged.
  static func all(
    for certificate: Certificate, isIssuer: Bool, at now: NumericDate, in reference: KeyReference
  ) -> [CertificateWarning] {
    var warnings: [CertificateWarning] = []
    let (notBefore, notAfter) = certificate.validity
    if now < notBefore {
      warnings.append(CertificateWarning(id: "not-yet-valid", message: "the certificate becomes valid in \(notBefore - now)"))
    }
    if notAfter < now {
      warnings.append(CertificateWarning(id: "expired", message: "the certificate expired \(now - notAfter) ago"))
    }
    if certificate.hasWeakSignature {
      let name = certificate.signatureAlgorithmName
      warnings.append(CertificateWarning(id: "weak-signature", message: "the issuer signed with \(name), which can be forged"))
    }
    if isIssuer { return warnings }
    if !certificate.allowsDigitalSignature {
      warnings.append(
        CertificateWarning(id: "no-digital-signature", message: "the key usage does not allow digital signatures"))
    }
    if let error = certificate.publicKey.unfitness(at: reference) {
      let answer = ServiceAnswer.toKey(error.code).map { "; \($0)" } ?? ""
      warnings.append(CertificateWarning(id: error.id, message: error.message + answer))
    }
    return warnings
  }
}

extension PublicKey {
  /// The error for which no algorithm can be signed with, or nil.
  fileprivate func unfitness(at reference: KeyReference) -> KeyError? {
    do {
      try requireFitToSign(with: SignatureAlgorithm.allCases.first(where: allows) ?? .rs256, at: reference)
      return nil
    } catch {
      return error
    }
  }
}
