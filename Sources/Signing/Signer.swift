/// One private key, opened for one algorithm.
///
/// The algorithm is bound when the key is opened, so a header and its signature cannot disagree. Parallel work is
/// several signers.
public protocol Signer: Sendable {
  /// Becomes `alg` (RFC 7515, section 4.1.1).
  var algorithm: SignatureAlgorithm { get }
  var publicKey: PublicKey { get }
  /// Leaf first, each followed by its issuer; empty for a bare key.
  var certificates: [Certificate] { get }
  /// What a person should know although the key was opened, for example that nothing protects its file against change.
  var notes: [String] { get }
  /// Hashes, pads and signs the whole message, never a bare digest; blocks.
  func sign(_ message: Span<UInt8>) throws(SigningError) -> Signature
}

extension Signer {
  public var notes: [String] { [] }
}
