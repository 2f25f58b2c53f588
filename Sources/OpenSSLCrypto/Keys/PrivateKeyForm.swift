/// The encodings of a private key.
enum PrivateKeyForm: Sendable {
  /// PrivateKeyInfo (RFC 5208, section 5).
  case pkcs8
  /// EncryptedPrivateKeyInfo (RFC 5208, section 6).
  case encryptedPKCS8
  /// RSAPrivateKey (RFC 8017, appendix A.1.2).
  case pkcs1
  /// An encoding of its own for another kind of key, such as ECPrivateKey (RFC 5915).
  case traditional
}
