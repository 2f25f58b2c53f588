/// What the label of a PEM block says is inside (RFC 7468, and OpenSSL's older names).
enum PEMLabel: Sendable {
  case privateKey(PrivateKeyForm)
  case certificate
  /// A certificate with OpenSSL's own trust settings behind it.
  case trustedCertificate
  /// SubjectPublicKeyInfo.
  case publicKey
  /// RSAPublicKey (RFC 8017, appendix A.1.1), or an RSA key as SubjectPublicKeyInfo.
  case rsaPublicKey
  case other

  private static let known: [(label: String, meaning: PEMLabel)] = [
    ("PRIVATE KEY", .privateKey(.pkcs8)),
    ("ENCRYPTED PRIVATE KEY", .privateKey(.encryptedPKCS8)),
    ("RSA PRIVATE KEY", .privateKey(.pkcs1)),
    ("EC PRIVATE KEY", .privateKey(.traditional)),
    ("DSA PRIVATE KEY", .privateKey(.traditional)),
    ("CERTIFICATE", .certificate),
    ("X509 CERTIFICATE", .certificate),
    ("TRUSTED CERTIFICATE", .trustedCertificate),
    ("PUBLIC KEY", .publicKey),
    ("RSA PUBLIC KEY", .rsaPublicKey),
  ]

  init(_ label: String) {
    self = Self.known.first { $0.label.utf8.elementsEqual(label.utf8) }?.meaning ?? .other
  }
}
