import Encodings
public import Signing

/// Accepts the signatures of a `FakeSigner` with the same public key; worth nothing outside of tests.
public struct FakeVerifier: SignatureVerifier {
  public let publicKey: PublicKey

  public init(_ publicKey: PublicKey = .fake()) { self.publicKey = publicKey }

  public func isValid(_ signature: Span<UInt8>, by algorithm: SignatureAlgorithm, for message: Span<UInt8>) -> Bool {
    publicKey.allows(algorithm)
      && [UInt8](copying: signature) == FakeSignature.bytes(for: message, algorithm, publicKey)
  }
}
