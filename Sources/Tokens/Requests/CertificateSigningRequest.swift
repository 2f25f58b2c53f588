import Encodings
public import Messages
public import Signing

/// A certificate, or a request for one, that will be signed elsewhere: version 2 of the signing request.
///
/// Nothing in it is secret, and nothing in it is trustworthy just because it is there. The reader rebuilds the
/// to-be-signed bytes from the parts that a person reviewed.
public struct CertificateSigningRequest: Sendable {
  /// The contents to be signed.
  @nonexhaustive
  public enum Contents: Sendable, Hashable {
    /// A self-signed certificate.
    case certificate(CertificateContents)
    /// A certificate request (PKCS#10).
    case request(CertificateRequestContents)

    /// The value of the member `kind`.
    var kind: String {
      switch self {
      case .certificate: "certificate"
      case .request: "certificate-request"
      }
    }

    /// The name of the holder.
    public var subject: CertificateSubject {
      switch self {
      case .certificate(let contents): contents.subject
      case .request(let contents): contents.subject
      }
    }

    /// Nil for a request, which has no life.
    public var life: CertificateLife? {
      switch self {
      case .certificate(let contents): contents.life
      case .request: nil
      }
    }

    var usage: CertificateUsage {
      switch self {
      case .certificate(let contents): contents.usage
      case .request(let contents): contents.usage
      }
    }
  }

  /// The result of a signature.
  @nonexhaustive
  public enum Product: Sendable, Hashable {
    /// The self-signed certificate, read again.
    case certificate(Certificate)
    /// The certificate request, read again.
    case request(CertificateRequest)

    /// The certificate or request in DER.
    public var der: [UInt8] {
      switch self {
      case .certificate(let certificate): certificate.der
      case .request(let request): request.der
      }
    }

    /// The certificate or request in PEM.
    public var pem: String {
      switch self {
      case .certificate(let certificate): certificate.pem
      case .request(let request): request.pem
      }
    }
  }

  /// The contents of the certificate or request.
  public let contents: Contents
  /// The key that will be in it, and signs it.
  public let publicKey: PublicKey
  /// The algorithm to sign with.
  public let algorithm: SignatureAlgorithm
  /// DER (RFC 5280, section 4.1; RFC 2986, section 4.1): the message for a signer.
  public let toBeSigned: [UInt8]
  /// The digest of those bytes, by the hash function of the algorithm.
  public let digest: [UInt8]

  /// Throws what `CertificateEncoder` throws, and `cryptography-failed`.
  public init(
    _ contents: Contents, of publicKey: PublicKey, algorithm: SignatureAlgorithm, encoder: any CertificateEncoder,
    cryptography: any Cryptography
  ) throws(CertificateError) {
    let bytes = try Self.toBeSigned(contents, publicKey, algorithm, encoder)
    do throws(KeyError) { digest = try cryptography.digest(bytes.span, with: algorithm.digest) } catch {
      throw CertificateError(error)
    }
    toBeSigned = bytes
    self.contents = contents
    self.publicKey = publicKey
    self.algorithm = algorithm
  }

  private static func toBeSigned(
    _ contents: Contents, _ publicKey: PublicKey, _ algorithm: SignatureAlgorithm, _ encoder: any CertificateEncoder
  ) throws(CertificateError) -> [UInt8] {
    switch contents {
    case .certificate(let contents):
      try encoder.toBeSigned(contents, publicKey: publicKey, algorithm: algorithm)
    case .request(let contents): try encoder.toBeSigned(contents, publicKey: publicKey, algorithm: algorithm)
    }
  }

  /// Warnings about a certificate that can be made nevertheless.
  public var warnings: [CertificateWarning] { CertificateWarning.of(contents.life, signedBy: algorithm) }

  /// Judges the life of a certificate by the same rules as one that is made here; a request has none.
  ///
  /// Throws `lifetime-invalid`, `lifetime-too-long`, `lifetime-over` and `clock-before-build`.
  public func requireLife(
    at now: NumericDate, atMost maximum: TimeSpan?, builtAt buildTime: NumericDate = .earliest
  ) throws(CertificateError) {
    guard let life = contents.life else { return }
    _ = try CertificateLife(
      at: now.seconds, startingAt: life.notBefore, lasting: life.seconds, atMost: maximum?.seconds,
      builtAt: buildTime.seconds)
  }

  /// The input for a signer in a form; throws `form-unavailable`.
  public func bytes(as form: SigningRequestForm) throws(SigningRequestError) -> [UInt8] {
    try form.bytes(of: toBeSigned, digest: digest, for: algorithm)
  }

  /// Signs with a key on this machine. The signature is verified, and the result is read again.
  ///
  /// Throws `key-mismatch` for another key or algorithm, and what the signer and `assemble` throw.
  public func sign(
    with signer: any Signer, by issuer: CertificateIssuer, cryptography: any Cryptography
  ) throws(CertificateError) -> (signature: [UInt8], product: Product) {
    guard signer.publicKey == publicKey, signer.algorithm == algorithm else {
      throw CertificateError(
        id: "key-mismatch",
        "the signing request is for \(algorithm.rawValue) with a key of SHA-256 \(Hexadecimal.upperCase(publicKey.sha256Fingerprint)), and the key given is another, or was opened for another algorithm",
        hint: "sign with the key that the request was prepared for")
    }
    let message = toBeSigned
    let signature = try CertificateError.passing { () throws(SigningError) in try signer.sign(message.span) }
    return (signature.bytes, try assemble(signature.bytes, by: issuer, cryptography: cryptography))
  }

  /// Makes the certificate or the request with a signature from elsewhere: verified, assembled, and read again.
  ///
  /// `otherCertificates` are those of keys that may have made the signature by mistake, to be named. Throws the finding
  /// of `Cryptography.fault` about a signature that is not the expected one, and what `CertificateIssuer` throws.
  public func assemble(
    _ signature: [UInt8], by issuer: CertificateIssuer, cryptography: any Cryptography,
    otherCertificates: [Certificate] = []
  ) throws(CertificateError) -> Product {
    let verifier = try CertificateError.passing { () throws(KeyError) in
      try issuer.cryptography.verifier(for: publicKey)
    }
    guard verifier.isValid(signature.span, by: algorithm, for: toBeSigned.span) else {
      throw CertificateError(
        cryptography.fault(
          in: signature.span, by: algorithm, for: toBeSigned.span, under: publicKey, among: otherCertificates))
    }
    switch contents {
    case .certificate(let contents):
      return .certificate(
        try issuer.certificate(contents, of: publicKey, algorithm: algorithm, signature: signature))
    case .request(let contents):
      return .request(try issuer.request(contents, of: publicKey, algorithm: algorithm, signature: signature))
    }
  }
}

extension CertificateSigningRequest {
  /// The file's summary of itself: `name: value` lines, made only from its other parts.
  ///
  /// Part of the format, version 2.
  public var summary: [String] { lines.map { "\($0.name): \($0.stored)" } }

  /// The same for a person who reads it before signing; the subject is shown as a `ForeignText`.
  public var summaryFields: [(name: String, value: String)] { lines.map { ($0.name, $0.shown) } }

  private struct Line {
    let name: String
    let stored: String
    let shown: String

    init(_ name: String, _ value: String, shown: String? = nil) {
      self.name = name
      stored = value
      self.shown = shown ?? value
    }
  }

  private var lines: [Line] {
    var lines = [
      Line("kind", contents.kind == "certificate" ? "self-signed certificate" : "certificate request"),
      Line("subject", contents.subject.text, shown: "\(quoting: contents.subject.text)"),
    ]
    if case .certificate(let contents) = contents {
      lines.append(Line("serial number", Hexadecimal.upperCase(contents.serialNumber)))
      lines.append(Line("valid", contents.life.description))
    }
    let usage = contents.usage
    return lines + [
      Line("key usage", usage.key.map(\.rawValue).joined(separator: ", ")),
      Line("extended key usage", usage.extended.map(\.rawValue).joined(separator: ", ")),
      Line("key", publicKey.summary), Line("key SHA-256", Hexadecimal.upperCase(publicKey.sha256Fingerprint)),
      Line("algorithm", algorithm.rawValue),
      Line("\(algorithm.digest.rawValue) to sign", Hexadecimal.lowerCase(digest)),
    ]
  }
}
