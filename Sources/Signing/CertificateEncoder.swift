public import Messages

/// Encodes certificates and requests for them, and reads them back. It is passed in, so that rooms without cryptography
/// can make them.
///
/// It makes no signature and has no private key. The signer gets the to-be-signed bytes as the message.
public protocol CertificateEncoder: Sendable {
  /// Encodes a name; throws `subject-too-long` and `subject-malformed` if X.509 cannot contain it.
  func subject(_ name: DistinguishedName) throws(CertificateError) -> CertificateSubject
  /// A serial number that no other certificate has: see `CertificateContents.serialNumber(from:)`.
  func newSerialNumber() throws(CertificateError) -> [UInt8]

  /// The DER of the TBSCertificate (RFC 5280, section 4.1).
  ///
  /// Throws `certificate-key-not-offered` for any key except an rsaEncryption one, and
  /// `certificate-algorithm-not-offered`.
  func toBeSigned(
    _ contents: CertificateContents, publicKey: PublicKey, algorithm: SignatureAlgorithm
  ) throws(CertificateError) -> [UInt8]
  /// The DER of the CertificationRequestInfo (RFC 2986, section 4.1); throws the same.
  func toBeSigned(
    _ contents: CertificateRequestContents, publicKey: PublicKey, algorithm: SignatureAlgorithm
  ) throws(CertificateError) -> [UInt8]
  /// The DER of the certificate or request that the bytes and their signature make.
  func wrap(
    toBeSigned: [UInt8], algorithm: SignatureAlgorithm, signature: [UInt8]
  ) throws(CertificateError) -> [UInt8]

  /// Takes apart a certificate that this encoder made; throws `certificate-differs` if it contains anything else.
  func parts(ofCertificate der: Span<UInt8>) throws(CertificateError) -> EncodedParts<CertificateContents>
  /// The same for a request.
  func parts(ofRequest der: Span<UInt8>) throws(CertificateError) -> EncodedParts<CertificateRequestContents>
}

/// A certificate or request, read back.
public struct EncodedParts<Contents: Sendable & Hashable>: Sendable, Hashable {
  /// The contents of the certificate or request.
  public let contents: Contents
  /// The key in it.
  public let publicKey: PublicKey
  /// The algorithm that it is signed with.
  public let algorithm: SignatureAlgorithm
  /// DER.
  public let toBeSigned: [UInt8]
  /// The signature over `toBeSigned`.
  public let signature: [UInt8]

  public init(
    contents: Contents, publicKey: PublicKey, algorithm: SignatureAlgorithm, toBeSigned: [UInt8], signature: [UInt8]
  ) {
    self.contents = contents
    self.publicKey = publicKey
    self.algorithm = algorithm
    self.toBeSigned = toBeSigned
    self.signature = signature
  }
}

/// A PKCS#10 request for a certificate (RFC 2986), whose signature has been verified with the key in it.
public struct CertificateRequest: Sendable, Hashable {
  /// The whole request in DER.
  public let der: [UInt8]
  /// The key in it.
  public let publicKey: PublicKey
  /// It comes from the file, so show its text as a `ForeignText`.
  public let subject: CertificateSubject

  /// The caller has verified the signature.
  package init(der: [UInt8], publicKey: PublicKey, subject: CertificateSubject) {
    self.der = der
    self.publicKey = publicKey
    self.subject = subject
  }
}
