internal import COpenSSL
public import Messages
public import Signing

/// Signs with an RSA key in memory, from any number of threads at the same time.
///
/// PSS uses MGF1 over the same digest and a salt as long as the digest (RFC 7518, section 3.5).
public final class RSASigner: Signer {
  /// The algorithm that the key was opened for.
  public let algorithm: SignatureAlgorithm
  /// The public part of the key.
  public let publicKey: PublicKey
  /// Leaf first; empty for a bare key.
  public let certificates: [Certificate]
  /// What a person should know although the key was opened.
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

  private init(_ other: RSASigner, for algorithm: SignatureAlgorithm, certificates: [Certificate]) {
    self.algorithm = algorithm
    self.certificates = certificates
    notes = other.notes
    publicKey = certificates.first?.publicKey ?? other.publicKey
    operations = other.operations
  }

  /// With the same key in memory; nil for a certificate over another one.
  public func rebound(
    to algorithm: SignatureAlgorithm, certificates: [Certificate]
  ) throws(KeyError) -> (any Signer)? {
    // Operations with another key would sign for a certificate that is not its.
    if let leaf = certificates.first, !leaf.publicKey.hasSameNumbers(as: publicKey) { return nil }
    return RSASigner(self, for: algorithm, certificates: certificates)
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

extension RSASigner {
  /// Signs a fixed message and verifies it with the public key: true when the signature is good.
  ///
  /// Throws what `RSASignatureVerifier.init(_:)` throws.
  func canSign() throws(KeyError) -> Bool {
    let message = Array("trial of a key that was just opened".utf8)
    let verifier = try RSASignatureVerifier(publicKey)
    guard let signature = try? sign(message.span) else { return false }
    return verifier.isValid(signature.bytes.span, by: algorithm, for: message.span)
  }
}

/// Judges RSA signatures with OpenSSL, from any number of threads at the same time.
public final class RSASignatureVerifier: SignatureVerifier {
  /// The key that signatures are verified with.
  public let publicKey: PublicKey
  private let modulusByteCount: Int
  private let operations: RSAOperationPool

  /// Takes any RSA key that OpenSSL can verify with.
  ///
  /// Throws `key-not-rsa`, `rsa-key-too-large` above 8192 bits, and `broken-rsa-key` for an even modulus or exponent and
  /// for the exponent 1, with which anybody can make signatures.
  public init(_ publicKey: PublicKey) throws(KeyError) {
    guard let rsa = publicKey.rsa else {
      throw KeyError(.keyNotRSA, "the public key is \(publicKey.summary), and only RSA signatures are judged here")
    }
    for fault in publicKey.faults {
      switch fault {
      case .tooLarge(let bitCount, let most):
        throw KeyError(
          .rsaKeyTooLarge, "the RSA public key has \(bitCount) bits, and at most \(most) are used")
      case .unusable, .forgeable:
        throw KeyError(
          .brokenRSAKey,
          "the RSA public key has an even modulus, an even exponent or the exponent 1: it proves nothing")
      // What is only weak is for the caller to judge.
      default: continue
      }
    }
    let key = try unsafe RSAKeyBuilder.key(rsa)
    defer { unsafe EVP_PKEY_free(key) }
    self.publicKey = publicKey
    modulusByteCount = rsa.modulus.count
    operations = unsafe RSAOperationPool(sharing: key, for: .verify)
  }

  public func isValid(_ signature: Span<UInt8>, by algorithm: SignatureAlgorithm, for message: Span<UInt8>) -> Bool {
    guard signature.count == modulusByteCount, publicKey.allows(algorithm) else { return false }
    let isValid = operations.withOperation(for: algorithm) { $0.isValid(signature, for: message) } ?? false
    // A refused signature leaves its reason in the queue.
    if !isValid { OpenSSLErrors.clear() }
    return isValid
  }
}
