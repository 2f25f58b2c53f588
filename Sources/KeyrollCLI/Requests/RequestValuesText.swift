import Keyroll

/// What a request asks for, in the values that a person compares, for the head of a report.
struct RequestValuesText {
  let fields: FieldList

  init(_ values: RequestValues) {
    var fields = FieldList()
    if let objectID = values.objectID { fields.append("object", "\(naming: objectID)") }
    fields.append("host", "\(naming: values.address.host)")
    if let keyID = values.keyID { fields.append("key id", "\(naming: keyID)") }
    if let scope = values.scope { fields.append("scope", "\(naming: scope)") }
    if let name = values.displayName { fields.append("display name", "\(quoting: name)") }
    if let certificate = values.newCertificate { Self.append(certificate, "new certificate", to: &fields) }
    if let certificate = values.signingCertificate {
      Self.append(certificate, "signed with", to: &fields)
    } else {
      fields.append("signed with", "a key that is not known: no certificate that was given made the signature")
    }
    self.fields = fields
  }

  private static func append(_ certificate: Certificate, _ name: String, to fields: inout FieldList) {
    let forms = KeyCredentialForms(certificate)
    fields.append(name, "\(quoting: certificate.subject)")
    fields.append("", "SHA-1 \(forms.thumbprint)")
    fields.append("", "SHA-256 \(forms.sha256Thumbprint)")
  }
}
