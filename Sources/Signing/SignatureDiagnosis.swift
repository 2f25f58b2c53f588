/// Tells why a signature does not verify; a value that is handed in, so that rooms without cryptography can say it.
public protocol SignatureDiagnosis: Sendable {
  /// What is wrong with a signature that a verifier has refused.
  ///
  /// `certificates` are those of other keys that may have made it, to be named. Nothing that this says makes a
  /// signature good: only a verifier does.
  func fault(
    in signature: Span<UInt8>, by algorithm: SignatureAlgorithm, for message: Span<UInt8>, under publicKey: PublicKey,
    among certificates: [Certificate]
  ) -> SignatureFault
}
