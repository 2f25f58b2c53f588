import Encodings
public import Entra
public import JSON
import Messages
public import Signing
public import Tokens

/// A certificate in every form that the services and their portals use, and what may keep it from being used.
public struct CertificateReport: Sendable {
  /// The certificate that is described.
  public let certificate: Certificate
  /// How the services and their portals write it.
  public let forms: KeyCredentialForms
  /// What may keep it from being used.
  public let warnings: [CertificateWarning]
  /// The time that it was judged for.
  public let time: NumericDate

  /// The version of the JSON form; it goes up if a member changes its meaning or is removed.
  public static let jsonVersion: Int64 = 1

  /// The reports on the certificates of one file or token, in its order; `reference` is where they come from.
  public static func reports(
    on certificates: [Certificate], in reference: KeyReference, at time: NumericDate
  ) -> [CertificateReport] {
    // By the name of their issuer, so that the work grows with the file and not with its square.
    let issued = Dictionary(grouping: Set(certificates), by: \.issuerDER)
    return certificates.map { certificate in
      let isIssuer = issued[certificate.subjectDER, default: []].contains { $0 != certificate }
      return CertificateReport(
        certificate: certificate, forms: KeyCredentialForms(certificate),
        warnings: CertificateWarning.all(for: certificate, isIssuer: isIssuer, at: time, in: reference), time: time)
    }
  }

  /// All of them for programs, under a version.
  public static func json(_ reports: [CertificateReport]) -> JSONObject {
    ["version": .integer(jsonVersion), "certificates": .array(reports.map { .object($0.json) })]
  }

  /// For programs.
  public var json: JSONObject {
    [
      "subject": .string(ExactText(certificate.subject)),
      "issuer": .string(ExactText(certificate.issuer)),
      "serialNumber": .string(ExactText(Hexadecimal.upperCase(certificate.serialNumber))),
      "startDateTime": .string(ExactText(forms.startDateTime.description)),
      "endDateTime": .string(ExactText(forms.endDateTime.description)),
      "publicKey": .string(ExactText(certificate.publicKey.summary)),
      "publicKeySHA256": .string(ExactText(Hexadecimal.upperCase(certificate.publicKey.sha256Fingerprint))),
      "signatureAlgorithm": .string(ExactText(certificate.signatureAlgorithmName)),
      "thumbprint": .string(ExactText(forms.thumbprint)),
      "thumbprintSHA256": .string(ExactText(forms.sha256Thumbprint)),
      "x5t": .string(forms.x5t),
      "x5t#S256": .string(forms.x5tS256),
      "customKeyIdentifierHex": .string(ExactText(forms.thumbprint)),
      "customKeyIdentifierBase64": .string(ExactText(forms.customKeyIdentifierBase64)),
      "key": .string(ExactText(forms.key)),
      "warnings": .array(
        warnings.map { warning in
          .object(["id": .string(ExactText(warning.id)), "message": .string(ExactText(warning.message))])
        }),
    ]
  }
}

/// What may keep the key of a certificate from signing, or the certificate from being registered.
public struct CertificateWarning: Sendable {
  /// The reason that a verifier would give, or the id of the error that a signing command would end with.
  public let id: String
  public let message: String

  private init(_ reason: Check.Reason, _ message: String) {
    id = reason.rawValue
    self.message = message
  }

  private init(_ error: KeyError) {
    id = error.id
    message = error.message + (error.code.flatMap(ServiceAnswer.toKey).map { "; \($0)" } ?? "")
  }

  /// The warnings about a certificate at this time, in an order that does not change.
  ///
  /// The certificate of an issuer does not sign tokens, so its key is not judged.
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
  /// The error if no algorithm can sign with the key, or nil.
  fileprivate func unfitness(at reference: KeyReference) -> KeyError? {
    do {
      try requireFitToSign(with: SignatureAlgorithm.allCases.first(where: allows) ?? .rs256, at: reference)
      return nil
    } catch {
      return error
    }
  }
}
