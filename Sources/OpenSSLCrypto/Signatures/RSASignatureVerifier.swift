internal import COpenSSL
public import Messages
public import Signing

/// Judges RSA signatures with OpenSSL, from any number of threads at the same time.
public final class RSASignatureVerifier: SignatureVerifier {
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
    if rsa.bitCount > PublicKey.signingBitCounts.upperBound {
      throw KeyError(
        .rsaKeyTooLarge,
        "the RSA public key has \(rsa.bitCount) bits, and at most \(PublicKey.signingBitCounts.upperBound) are used")
    }
    guard rsa.isExponentOdd, rsa.exponent != [1], rsa.modulus.last.map({ $0 & 1 == 1 }) ?? false else {
      throw KeyError(
        .brokenRSAKey, "the RSA public key has an even modulus, an even exponent or the exponent 1: it proves nothing")
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
