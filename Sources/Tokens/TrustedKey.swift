public import Encodings
public import Signing

/// A key that the caller trusts to have signed a token, and what is known of it.
///
/// A class, as `Certificate` is: each token judged hands it on.
public final class TrustedKey: Sendable {
  public let verifier: any SignatureVerifier
  /// Nil for a bare public key.
  public let certificate: Certificate?
  /// The `kid` under which a JWK Set holds it.
  public let keyID: ExactText?
  /// The only `alg` that the key is for, where its JSON Web Key names one (RFC 7517, section 4.4).
  public let algorithm: ExactText?

  /// The certificate, when there is one, must hold the verifier's key.
  public init(
    _ verifier: any SignatureVerifier, certificate: Certificate? = nil, keyID: ExactText? = nil,
    algorithm: ExactText? = nil
  ) {
    self.verifier = verifier
    self.certificate = certificate
    self.keyID = keyID
    self.algorithm = algorithm
  }

  /// True when the key and its JSON Web Key allow the algorithm.
  func allows(_ algorithm: SignatureAlgorithm) -> Bool {
    verifier.publicKey.allows(algorithm) && (self.algorithm.map { $0 == ExactText(algorithm.rawValue) } ?? true)
  }
}
