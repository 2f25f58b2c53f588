import Messages
public import Signing
public import Tokens

/// The contents of a new certificate or certificate request, judged before a key is made or opened.
public struct CertificatePlan: Sendable {
  /// The name that the certificate or the request will have.
  public let subject: CertificateSubject
  /// Nil for a request: the CA decides.
  public let life: CertificateLife?
  /// The algorithm that it is signed with.
  public let algorithm: SignatureAlgorithm

  /// - Parameters:
  ///   - subject: a common name, or an RFC 4514 name.
  ///   - life: nil for a certificate request.
  ///   - algorithm: the algorithm that signs it.
  ///   - toolkit: encodes it.
  ///
  /// Throws what is wrong with the subject, and `certificate-algorithm-not-offered`.
  public init(
    _ subject: String, life: CertificateLife?, algorithm: SignatureAlgorithm = .rs256, with toolkit: Toolkit
  ) throws(CertificateError) {
    self.subject = try toolkit.encoder.subject(DistinguishedName(subject))
    self.life = life
    self.algorithm = algorithm
    // An encoder checks the algorithm only when it wraps, and by then a key would have been made in vain.
    _ = try toolkit.encoder.wrap(toBeSigned: [], algorithm: algorithm, signature: [])
  }

  /// True for a certificate request (PKCS#10), false for a self-signed certificate.
  public var isRequest: Bool { life == nil }

  /// Warnings about a certificate that can be made nevertheless.
  public var warnings: [String] { Signing.CertificateWarning.of(life, signedBy: algorithm).map(\.message) }

  /// With a new serial number for a certificate.
  func contents(with toolkit: Toolkit) throws(CertificateError) -> CertificateSigningRequest.Contents {
    guard let life else { return .request(CertificateRequestContents(subject: subject)) }
    return .certificate(
      try CertificateContents(serialNumber: toolkit.encoder.newSerialNumber(), subject: subject, life: life))
  }

  /// Makes it with an open key, which signs it itself.
  ///
  /// Throws what `CertificateIssuer` throws.
  public func product(
    signedBy signer: any Signer, with toolkit: Toolkit
  ) throws(CertificateError) -> CertificateSigningRequest.Product {
    switch try contents(with: toolkit) {
    case .certificate(let contents):
      return .certificate(try toolkit.issuer.certificate(contents, signedBy: signer))
    case .request(let contents): return .request(try toolkit.issuer.request(contents, signedBy: signer))
    @unknown default: throw CertificateError(.differs, "certificates of this kind are not made here")
    }
  }

  /// Prepares it for a key elsewhere.
  public func signingRequest(
    for publicKey: PublicKey, with toolkit: Toolkit
  ) throws(CertificateError) -> CertificateSigningRequest {
    try CertificateSigningRequest(
      contents(with: toolkit), of: publicKey, algorithm: algorithm, encoder: toolkit.encoder,
      cryptography: toolkit.cryptography)
  }
}

extension CertificateLife {
  /// 2026-11-01T00:00:00Z: this version was not built before that, so a clock that shows less is wrong. It moves
  /// forward with each version.
  public static let buildTime: Int64 = 1_793_491_200
}

extension Signing.CertificateWarning {
  /// For a person.
  public var message: String {
    switch self {
    case .longLife(let seconds):
      "the certificate lives \(CertificateLife.text(ofSeconds: seconds)), and many policies refuse more than \(CertificateLife.text(ofSeconds: CertificateLife.standardSeconds))"
    case .pssSignature: "whether the services take a certificate that is signed by RSASSA-PSS is not known"
    @unknown default: "the certificate may be refused"
    }
  }
}

extension CertificateSigningRequest {
  /// What a person should know before it is signed.
  public var warningTexts: [String] { warnings.map(\.message) }

  /// Reads a request as `init(_:encoder:cryptography:)` does.
  public init(_ text: Span<UInt8>, with toolkit: Toolkit) throws(SigningRequestError) {
    try self.init(text, encoder: toolkit.encoder, cryptography: toolkit.cryptography)
  }

  /// Makes the certificate or the request with the output of a signer elsewhere: bytes, hexadecimal, base64, base64url
  /// or the answer of a vault.
  ///
  /// Throws what reading a signature throws, and what `assemble` throws.
  public func product(
    with signature: Span<UInt8>, otherCertificates: [Certificate] = [], with toolkit: Toolkit
  ) throws(CertificateError) -> Product {
    let bytes = try CertificateError.passing { () throws(SignatureTextError) in
      try SignatureText.read(signature, expecting: publicKey.rsa?.modulus.count ?? 0).bytes
    }
    return try assemble(
      bytes, by: toolkit.issuer, cryptography: toolkit.cryptography, otherCertificates: otherCertificates)
  }
}
