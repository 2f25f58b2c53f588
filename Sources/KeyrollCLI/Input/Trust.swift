import Keyroll

/// What the user trusts to have signed a token.
struct Trust {
  var keys: [TrustedKey] = []
  /// What is registered, where a saved answer says so, and the certificates in it that nothing can be verified with.
  var registered: KeyCredentials?
  var unusable: [UnusableCertificate] = []

  mutating func add(_ certificate: Certificate) throws(KeyError) {
    keys.append(TrustedKey(try RSASignatureVerifier(certificate.publicKey), certificate: certificate))
  }

  /// Throws `usage` for a second answer: which of two is the registration, nobody could tell.
  mutating func add(_ saved: KeyCredentials, at time: NumericDate) throws {
    if registered != nil {
      throw CommandError.usage("only one --certificate can be a saved answer: a token is of one application")
    }
    registered = saved
    unusable = saved.unusableCertificates
    for certificate in saved.certifiedEntries(at: time).compactMap(\.certificate) { try add(certificate) }
  }
}
