import Keyroll

/// What the user trusts to have signed a token.
struct Trust {
  var keys: [TrustedKey] = []
  /// What is registered, where a saved answer says so, and the certificates in it that nothing can be verified with.
  var registered: KeyCredentials?
  var unusable: [UnusableCertificate] = []
  /// Why certificates that were given are among those.
  private(set) var refusals: [KeyError] = []

  /// One whose key makes no signatures that are judged here is kept for the token that names it: a bundle may hold others.
  mutating func add(_ certificate: Certificate) {
    do throws(KeyError) {
      keys.append(TrustedKey(try OpenSSLCryptography().verifier(for: certificate.publicKey), certificate: certificate))
    } catch {
      refusals.append(error)
      unusable.append(
        UnusableCertificate(
          thumbprints: Thumbprint.allCases.map { $0.bytes(of: certificate) },
          problem: "cannot be used: \(error.message)",
          hint: error.hint ?? "sign with an RSA key, and give its certificate"))
    }
  }

  /// Throws `usage` for a second answer: which of two is the registration, nobody could tell.
  mutating func add(_ saved: KeyCredentials, at time: NumericDate) throws {
    if registered != nil {
      throw CommandError.usage("only one --certificate can be a saved answer: a token is of one application")
    }
    registered = saved
    unusable += saved.unusableCertificates
    for certificate in saved.certifiedEntries(at: time).compactMap(\.certificate) { add(certificate) }
  }
}
