/// A signer whose certificates come from elsewhere.
public struct CertifiedSigner: Signer {
  private let signer: any Signer
  public let certificates: [Certificate]

  public var algorithm: SignatureAlgorithm { signer.algorithm }
  public var publicKey: PublicKey { signer.publicKey }

  /// Takes the certificates in any order: the leaf is found by the key, the rest is ordered by issuer and what does not
  /// belong to the chain is left out. Throws `certificate-mismatch` when none is of the signer's key.
  public init(_ signer: any Signer, certificates: [Certificate]) throws(KeyError) {
    let chain = certificates.chain(endingAt: signer.publicKey)
    if chain.isEmpty {
      throw KeyError(
        .certificateMismatch, "none of the \(certificates.count) certificates given belongs to the key",
        hint: "give the certificate that was issued for this key")
    }
    self.signer = signer
    self.certificates = chain
  }

  public func sign(_ message: Span<UInt8>) throws(SigningError) -> Signature { try signer.sign(message) }
}
