import Keyroll

/// A certificate with every form in which the services and their portals write it.
struct CertificateReport {
  private let certificate: Certificate
  private let forms: KeyCredentialForms
  private let warnings: [CertificateWarning]
  private let now: NumericDate

  init(_ certificate: Certificate, warnings: [CertificateWarning], at now: NumericDate) {
    self.certificate = certificate
    forms = KeyCredentialForms(certificate)
    self.warnings = warnings
    self.now = now
  }

  /// For people.
  var screen: ScreenText {
    var fields = FieldList()
    fields.append("subject", "\(quoting: certificate.subject)")
    fields.append("issuer", "\(quoting: certificate.issuer)")
    fields.append("serial number", Hexadecimal.upperCase(certificate.serialNumber))
    fields.append("startDateTime", forms.startDateTime.description)
    fields.append("endDateTime", "\(forms.endDateTime)\(remaining)")
    fields.append("public key", certificate.publicKey.summary)
    fields.append("public key SHA-256", Hexadecimal.upperCase(certificate.publicKey.sha256Fingerprint))
    fields.append("signed with", certificate.signatureAlgorithmName)
    fields.append("thumbprint", forms.thumbprint)
    fields.append("thumbprint SHA-256", forms.sha256Thumbprint)
    fields.append("x5t", forms.x5t.text)
    fields.append("x5t#S256", forms.x5tS256.text)
    fields.append("customKeyIdentifier", "\(forms.thumbprint) (hex)")
    fields.append("", "\(forms.customKeyIdentifierBase64) (base64)")
    fields.append("key", forms.key)
    for warning in warnings { fields.append("warning", "\(warning.message) [\(warning.id)]") }
    return fields.screen
  }

  private var remaining: String {
    forms.endDateTime < now ? "" : " (in \(forms.endDateTime - now))"
  }

  /// For programs.
  var json: JSONObject {
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
