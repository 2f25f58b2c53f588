/// Judges signatures made with one public key.
public protocol SignatureVerifier: Sendable {
  var publicKey: PublicKey { get }
  /// True only for a good signature of exactly this algorithm: for PSS the salt is as long as the digest (RFC 7518,
  /// section 3.5). False for any other bytes; never throws on them.
  func isValid(_ signature: Span<UInt8>, by algorithm: SignatureAlgorithm, for message: Span<UInt8>) -> Bool
  /// True when what was signed is the hexadecimal text of another digest of the message, in the place of the digest.
  ///
  /// A verifier that cannot tell keeps the default, which is false.
  func isOverHexadecimalDigest(
    _ signature: Span<UInt8>, by algorithm: SignatureAlgorithm, for message: Span<UInt8>
  ) -> Bool
}
