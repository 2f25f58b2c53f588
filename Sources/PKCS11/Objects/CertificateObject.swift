internal import CP11Kit

/// An X.509 certificate on a token.
struct CertificateObject: Sendable {
  let label, id: [UInt8]
  /// DER, which nobody has looked at yet.
  let value: [UInt8]

  /// All of them, or those with this id.
  static func all(id: [UInt8]? = nil, in session: Session) throws(DeviceError) -> [CertificateObject] {
    var certificates: [CertificateObject] = []
    for handle in try ObjectSearch(CKO_CERTIFICATE, id: id).handles(in: session) {
      let attributes = ObjectAttributes(handle: handle, session: session)
      let isX509 = try attributes.number(CKA_CERTIFICATE_TYPE).map { $0 == CKC_X_509 } ?? true
      // A value elsewhere (CKA_URL) is not fetched.
      guard isX509, let value = try attributes[CKA_VALUE], !value.isEmpty else { continue }
      certificates.append(
        CertificateObject(label: try attributes[CKA_LABEL] ?? [], id: try attributes[CKA_ID] ?? [], value: value))
    }
    return certificates
  }
}
