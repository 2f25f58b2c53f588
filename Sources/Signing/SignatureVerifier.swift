/// Verifies signatures made with one public key.
public protocol SignatureVerifier: Sendable {
  /// The key that it verifies with.
  var publicKey: PublicKey { get }
  /// True only for a good signature of exactly this algorithm: for PSS the salt is as long as the digest (RFC 7518,
  /// section 3.5). False for any other bytes; never throws because of them.
  func isValid(_ signature: Span<UInt8>, by algorithm: SignatureAlgorithm, for message: Span<UInt8>) -> Bool
}
