import Keyroll

/// What stands against signing with the key of a certificate, or against registering it.
struct CertificateWarning {
  /// The reason for which a verifier, or the id of the error with which a signing command, would object.
  let id: String
  let message: String

  private init(_ reason: Check.Reason, _ message: String) {
    id = reason.rawValue
    self.message = message
  }

  private init(_ error: KeyError) {
    id = error.id
    message = error.message + (error.code.flatMap(ServiceAnswer.toKey).map { "; \($0)" } ?? "")
  }

  /// Those of a certificate at this time, in an order that does not change.
  ///
  /// An issuer's certificate is not there to sign tokens, and its key is not judged.
  static func all(
    for certificate: Certificate, isIssuer: Bool, at now: NumericDate, in reference: KeyReference
  ) -> [CertificateWarning] {
    var warnings: [CertificateWarning] = []
    let (notBefore, notAfter) = certificate.validity
    if now < notBefore {
      warnings.append(Self(.certificateNotYetValid, "the certificate becomes valid in \(notBefore - now)"))
    }
    if notAfter < now { warnings.append(Self(.certificateExpired, "the certificate expired \(now - notAfter) ago")) }
    if certificate.hasWeakSignature {
      let name = certificate.signatureAlgorithmName
      warnings.append(Self(.certificateWeakSignature, "the issuer signed with \(name), which can be forged"))
    }
    if isIssuer { return warnings }
    if !certificate.allowsDigitalSignature {
      warnings.append(Self(.certificateUsage, "the key usage does not allow digital signatures"))
    }
    if let error = certificate.publicKey.unfitness(at: reference) { warnings.append(Self(error)) }
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
