public import Signing
private import Synchronization

/// A signer without cryptography, which counts how often its key is used.
///
/// `FakeVerifier` accepts its signatures, and nothing else does.
public final class FakeSigner: Signer {
  public let algorithm: SignatureAlgorithm
  public let publicKey: PublicKey
  public let certificates: [Certificate]
  private let failure: SigningError?
  private let uses = Mutex(0)

  /// With `failure` every signature fails with it.
  public init(
    _ algorithm: SignatureAlgorithm = .rs256, publicKey: PublicKey = .fake(), certificates: [Certificate] = [],
    failure: SigningError? = nil
  ) {
    self.algorithm = algorithm
    self.publicKey = publicKey
    self.certificates = certificates
    self.failure = failure
  }

  /// How often the key was used, failures counted too.
  public var useCount: Int { uses.withLock { $0 } }

  public func sign(_ message: Span<UInt8>) throws(SigningError) -> Signature {
    uses.withLock { $0 += 1 }
    if let failure { throw failure }
    return Signature(algorithm: algorithm, bytes: FakeSignature.bytes(for: message, algorithm, publicKey))
  }
}
