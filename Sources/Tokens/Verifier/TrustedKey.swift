public import Encodings
public import Signing

/// A key that the caller trusts to have signed a token, and what is known about it.
///
/// A class, as `Certificate` is: each judged token passes it on.
public final class TrustedKey: Sendable {
  /// Verifies signatures with the key.
  public let verifier: any SignatureVerifier
  /// Nil for a bare public key.
  public let certificate: Certificate?
  /// The `kid` of the key in a JWK Set.
  public let keyID: ExactText?
  /// The only `alg` that the key is for, if its JSON Web Key names one (RFC 7517, section 4.4).
  public let algorithm: ExactText?
  /// What its JSON Web Key says about a certificate of the key.
  public let hints: CertificateHints
  /// The certificate from which a bare public key was taken. Its dates are not judged, but there is a warning if they
  /// are past.
  public let source: Certificate?

  /// If there is a certificate, it must have the verifier's key.
  public init(
    _ verifier: any SignatureVerifier, certificate: Certificate? = nil, keyID: ExactText? = nil,
    algorithm: ExactText? = nil, source: Certificate? = nil, hints: CertificateHints = CertificateHints()
  ) {
    self.verifier = verifier
    self.certificate = certificate
    self.keyID = keyID
    self.algorithm = algorithm
    self.hints = hints
    self.source = source
  }

  /// True if the key and its JSON Web Key allow the algorithm.
  func allows(_ algorithm: SignatureAlgorithm) -> Bool {
    verifier.publicKey.allows(algorithm) && (self.algorithm.map { $0 == ExactText(algorithm.rawValue) } ?? true)
  }
}

extension TrustedKey {
  /// The thumbprint of its certificate, if it is known from either.
  func thumbprint(_ kind: Thumbprint) -> [UInt8]? {
    certificate.map(kind.bytes(of:)) ?? hints.thumbprints[kind]
  }

  /// The DER of its certificate, if it is known.
  var certificateDER: [UInt8]? { certificate?.der ?? hints.leaf }
}

/// What a JSON Web Key says about the certificate of its key (RFC 7517, sections 4.7 to 4.9). A token can be compared
/// with it, but it makes no key trusted.
public struct CertificateHints: Sendable, Hashable {
  /// `x5t` and `x5t#S256`, decoded.
  public var thumbprints: [Thumbprint: [UInt8]]
  /// The DER of the first certificate of `x5c`.
  public var leaf: [UInt8]?

  public init(thumbprints: [Thumbprint: [UInt8]] = [:], leaf: [UInt8]? = nil) {
    self.thumbprints = thumbprints
    self.leaf = leaf
  }
}

/// A certificate that is trusted as well but cannot verify anything here: it is not at hand, or its key is not RSA.
public struct UnusableCertificate: Sendable {
  /// The known thumbprints, of either length; without any it is never found.
  public let thumbprints: [[UInt8]]
  /// For messages, after what the header names: `is registered as the entry … without its certificate`.
  public let problem: String
  /// The next step.
  public let hint: String

  public init(thumbprints: [[UInt8]], problem: String, hint: String) {
    self.thumbprints = thumbprints
    self.problem = problem
    self.hint = hint
  }

  /// Nil if no thumbprint of that kind is known.
  func has(_ kind: Thumbprint, _ thumbprint: [UInt8]) -> Bool? {
    let known = thumbprints.filter { $0.count == kind.byteCount }
    return known.isEmpty ? nil : known.contains(thumbprint)
  }
}
