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

  /// Labels of what is neither a key nor a certificate here, that people meet all the same.
  private static let others = [
    "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", "X509 CRL", "PKCS7", "PKCS12", "CMS", "EC PARAMETERS",
    "DH PARAMETERS", "X9.42 DH PARAMETERS", "OPENSSH PRIVATE KEY", "SSH2 PUBLIC KEY", "PGP PRIVATE KEY BLOCK",
    "PGP PUBLIC KEY BLOCK", "PGP MESSAGE", "ANY PRIVATE KEY",
  ]

  /// The label for messages: one that is known, or "a block".
  ///
  /// Text between dashes that is no such label may be the key itself, where the line breaks of a file were lost.
  static func name(_ label: String) -> String {
    let names = known.map(\.label) + others
    return names.first { $0.utf8.elementsEqual(label.utf8) } ?? "a block"
  }
}
