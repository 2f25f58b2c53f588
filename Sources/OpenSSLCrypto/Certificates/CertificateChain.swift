internal import COpenSSL
internal import Signing

/// Orders certificates by who issued whom; trusts none of them.
enum CertificateChain {
  /// The leaf, then each issuer found, up to one that issued itself or whose issuer is not there.
  ///
  /// The order in which the others are given does not matter.
  static func chain(from leaf: Certificate, among others: [Certificate]) -> [Certificate] {
    var chain = [leaf]
    while let last = chain.last, chain.count < KeyFileLimits.chainCount, last.subjectDER != last.issuerDER,
      let issuer = issuer(of: last, among: others), !chain.contains(issuer)
    {
      chain.append(issuer)
    }
    return chain
  }

  /// The certificate of that name whose key made the signature; of several the one valid longest.
  private static func issuer(of certificate: Certificate, among others: [Certificate]) -> Certificate? {
    others.filter { $0.subjectDER == certificate.issuerDER }
      .sorted { left, right in
        left.notAfter == right.notAfter
          ? left.sha256Thumbprint.lexicographicallyPrecedes(right.sha256Thumbprint) : left.notAfter > right.notAfter
      }
      .prefix(KeyFileLimits.issuerCandidateCount)
      .first { isSigned(certificate, by: $0) }
  }

  /// True when the issuer's key made the certificate's signature.
  static func isSigned(_ certificate: Certificate, by issuer: Certificate) -> Bool {
    defer { OpenSSLErrors.clear() }
    let (signedDER, signingDER) = (certificate.der, issuer.der)
    guard let signed = X509Item(signedDER.span), let signing = X509Item(signingDER.span),
      let key = unsafe signing.key
    else { return false }
    return unsafe X509_verify(signed.pointer, key) == 1
  }
}
