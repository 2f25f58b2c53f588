public import Messages

/// Makes self-signed certificates and requests for certificates with any signer: a key in a file, on a token or behind a
/// program, or a signature that was made elsewhere.
///
/// Nothing is returned unverified: the signature is verified with the key of the certificate, and the result is parsed
/// again and compared, field by field, with what was asked for.
public struct CertificateIssuer: Sendable {
  /// Encodes certificates and requests, and reads them back.
  public let encoder: any CertificateEncoder
  /// Verifies what was signed.
  public let cryptography: any Cryptography

  public init(_ encoder: any CertificateEncoder, _ cryptography: any Cryptography) {
    self.encoder = encoder
    self.cryptography = cryptography
  }

  /// Makes a certificate that its own key signs.
  ///
  /// Throws what `CertificateEncoder` throws, what the signer throws, and what `certificate(_:…)` throws.
  public func certificate(
    _ contents: CertificateContents, signedBy signer: any Signer
  ) throws(CertificateError) -> Certificate {
    let toBeSigned = try encoder.toBeSigned(contents, publicKey: signer.publicKey, algorithm: signer.algorithm)
    let signature = try sign(toBeSigned, with: signer)
    return try certificate(contents, of: signer.publicKey, algorithm: signer.algorithm, signature: signature)
  }

  /// Makes a request for a certificate; throws the same.
  public func request(
    _ contents: CertificateRequestContents, signedBy signer: any Signer
  ) throws(CertificateError) -> CertificateRequest {
    let toBeSigned = try encoder.toBeSigned(contents, publicKey: signer.publicKey, algorithm: signer.algorithm)
    let signature = try sign(toBeSigned, with: signer)
    return try request(contents, of: signer.publicKey, algorithm: signer.algorithm, signature: signature)
  }

  /// Makes the certificate with a signature that exists already.
  ///
  /// Throws `bad-signature` if the signature does not verify, and `certificate-differs` if the result is not what was
  /// asked for.
  public func certificate(
    _ contents: CertificateContents, of publicKey: PublicKey, algorithm: SignatureAlgorithm, signature: [UInt8]
  ) throws(CertificateError) -> Certificate {
    let toBeSigned = try encoder.toBeSigned(contents, publicKey: publicKey, algorithm: algorithm)
    try requireValid(signature, by: algorithm, for: toBeSigned, under: publicKey)
    let der = try encoder.wrap(toBeSigned: toBeSigned, algorithm: algorithm, signature: signature)
    let expected = EncodedParts(
      contents: contents, publicKey: publicKey, algorithm: algorithm, toBeSigned: toBeSigned, signature: signature)
    try Self.requireSame(try encoder.parts(ofCertificate: der.span), as: expected)
    return try readAgain(der, expecting: expected)
  }

  /// Makes the request with a signature that exists already; throws the same.
  public func request(
    _ contents: CertificateRequestContents, of publicKey: PublicKey, algorithm: SignatureAlgorithm, signature: [UInt8]
  ) throws(CertificateError) -> CertificateRequest {
    let toBeSigned = try encoder.toBeSigned(contents, publicKey: publicKey, algorithm: algorithm)
    try requireValid(signature, by: algorithm, for: toBeSigned, under: publicKey)
    let der = try encoder.wrap(toBeSigned: toBeSigned, algorithm: algorithm, signature: signature)
    let expected = EncodedParts(
      contents: contents, publicKey: publicKey, algorithm: algorithm, toBeSigned: toBeSigned, signature: signature)
    try Self.requireSame(try encoder.parts(ofRequest: der.span), as: expected)
    return CertificateRequest(der: der, publicKey: publicKey, subject: contents.subject)
  }

  private func sign(_ message: [UInt8], with signer: any Signer) throws(CertificateError) -> [UInt8] {
    let signature = try CertificateError.passing { () throws(SigningError) in try signer.sign(message.span) }
    guard signature.algorithm == signer.algorithm else {
      throw CertificateError(
        .badSignature, "the signer was opened for \(signer.algorithm.rawValue) and made \(signature.algorithm.rawValue)"
      )
    }
    return signature.bytes
  }

  /// It uses the SubjectPublicKeyInfo in the certificate, read again, and not the signer's own key.
  private func requireValid(
    _ signature: [UInt8], by algorithm: SignatureAlgorithm, for message: [UInt8], under publicKey: PublicKey
  ) throws(CertificateError) {
    let information = publicKey.subjectPublicKeyInfo
    let verifier = try CertificateError.passing { () throws(KeyError) in
      try cryptography.verifier(for: cryptography.publicKey(subjectPublicKeyInfo: information.span))
    }
    guard verifier.isValid(signature.span, by: algorithm, for: message.span) else {
      throw CertificateError(
        .badSignature, "the signature does not verify with the key that the certificate is for; nothing was made")
    }
  }

  /// With the same reader as every foreign certificate.
  private func readAgain(
    _ der: [UInt8], expecting expected: EncodedParts<CertificateContents>
  ) throws(CertificateError) -> Certificate {
    let certificate = try CertificateError.passing { () throws(KeyError) in try cryptography.certificate(der: der.span)
    }
    let contents = expected.contents
    let comparisons: [(String, Bool)] = [
      ("encoding", certificate.der == der),
      ("key", certificate.publicKey.subjectPublicKeyInfo == expected.publicKey.subjectPublicKeyInfo),
      ("subject", certificate.subjectDER == contents.subject.der),
      ("subject", certificate.subject.utf8.elementsEqual(contents.subject.text.utf8)),
      ("issuer", certificate.issuerDER == contents.subject.der),
      ("serial number", certificate.serialNumber == contents.serialNumber),
      ("notBefore", certificate.notBefore == contents.notBefore),
      ("notAfter", certificate.notAfter == contents.notAfter),
      ("key usage", certificate.allowsDigitalSignature),
      ("signature algorithm", !certificate.hasWeakSignature),
      ("signature", cryptography.isSigned(certificate, by: certificate)),
    ]
    if let wrong = comparisons.first(where: { !$0.1 }) { throw .differing(in: wrong.0) }
    return certificate
  }

  private static func requireSame<Contents>(
    _ found: EncodedParts<Contents>, as expected: EncodedParts<Contents>
  ) throws(CertificateError) {
    let comparisons = [
      ("contents", found.contents == expected.contents),
      ("key", found.publicKey.subjectPublicKeyInfo == expected.publicKey.subjectPublicKeyInfo),
      ("signature algorithm", found.algorithm == expected.algorithm),
      ("to-be-signed bytes", found.toBeSigned == expected.toBeSigned),
      ("signature", found.signature == expected.signature),
    ]
    if let wrong = comparisons.first(where: { !$0.1 }) { throw .differing(in: wrong.0) }
  }
}

extension CertificateError {
  /// `certificate-differs`: a defect of keyroll, found before the certificate is returned.
  package static func differing(in part: String) -> CertificateError {
    CertificateError(
      .differs, "what was made is not what was asked for: its \(part) differs, and nothing was written",
      hint: "report this: it is a defect of keyroll")
  }
}
