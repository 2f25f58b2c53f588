internal import COpenSSL
public import Messages
public import Signing

/// Signs with an RSA key in memory, from any number of threads at the same time.
///
/// PSS uses MGF1 over the same digest and a salt as long as the digest (RFC 7518, section 3.5).
public final class RSASigner: Signer {
  public let algorithm: SignatureAlgorithm
  public let publicKey: PublicKey
  public let certificates: [Certificate]
  public let notes: [String]
  private let operations: RSAOperationPool

  /// `publicKey` has the key's own numbers; a certificate may restrict what they are used for.
  init(
    _ key: PrivateKey, as publicKey: PublicKey, for algorithm: SignatureAlgorithm, certificates: [Certificate] = [],
    notes: [String] = []
  ) {
    self.algorithm = algorithm
    self.certificates = certificates
    self.notes = notes
    self.publicKey = publicKey
    operations = unsafe RSAOperationPool(sharing: key.pointer, for: .sign)
  }

  public func sign(_ message: Span<UInt8>) throws(SigningError) -> Signature {
    OpenSSLErrors.clear()
    guard let bytes = operations.withOperation(for: algorithm, { $0.signature(for: message) }) else {
      throw SigningError(
        .signingFailed, "an \(algorithm.rawValue) signature failed in OpenSSL: \(OpenSSLErrors.drain().summary)")
    }
    return Signature(algorithm: algorithm, bytes: bytes)
  }
}
