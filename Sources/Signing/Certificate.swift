import Messages

/// What this project needs to know of an X.509 certificate (RFC 5280). Nothing here says that anybody trusts it.
///
/// A class, because every token judged hands it on a few times, and copying a struct of so many buffers counts each of them.
public final class Certificate: Sendable, Hashable {
  public let der: [UInt8]
  public let publicKey: PublicKey
  /// RFC 4514 text, for people: it comes from the file, so show it as a `ForeignText`.
  public let subject: String
  public let issuer: String
  /// The DER of the two names, for comparing.
  public let subjectDER: [UInt8]
  public let issuerDER: [UInt8]
  /// Big-endian, without leading zero bytes.
  public let serialNumber: [UInt8]
  /// Seconds since 1970-01-01T00:00:00Z, both inclusive (RFC 5280, section 4.1.2.5).
  public let notBefore: Int64
  public let notAfter: Int64
  /// False when a key usage extension is there and digitalSignature is not in it (RFC 5280, section 4.2.1.3).
  public let allowsDigitalSignature: Bool
  /// The name of the algorithm the issuer signed with, for example `sha256WithRSAEncryption`.
  public let signatureAlgorithmName: String
  /// True when the issuer's signature rests on SHA-1 or MD5.
  public let hasWeakSignature: Bool
  /// SHA-1 of the DER: 20 bytes, what `x5t` holds (RFC 7515, section 4.1.7).
  public let sha1Thumbprint: [UInt8]
  /// SHA-256 of the DER: 32 bytes, what `x5t#S256` holds (RFC 7515, section 4.1.8).
  public let sha256Thumbprint: [UInt8]

  public init(
    der: [UInt8], publicKey: PublicKey, subject: String, issuer: String, subjectDER: [UInt8], issuerDER: [UInt8],
    serialNumber: [UInt8], notBefore: Int64, notAfter: Int64, allowsDigitalSignature: Bool,
    signatureAlgorithmName: String, hasWeakSignature: Bool, sha1Thumbprint: [UInt8], sha256Thumbprint: [UInt8]
  ) {
    self.der = der
    self.publicKey = publicKey
    self.subject = subject
    self.issuer = issuer
    self.subjectDER = subjectDER
    self.issuerDER = issuerDER
    self.serialNumber = serialNumber
    self.notBefore = notBefore
    self.notAfter = notAfter
    self.allowsDigitalSignature = allowsDigitalSignature
    self.signatureAlgorithmName = signatureAlgorithmName
    self.hasWeakSignature = hasWeakSignature
    self.sha1Thumbprint = sha1Thumbprint
    self.sha256Thumbprint = sha256Thumbprint
  }

  public static func == (left: Certificate, right: Certificate) -> Bool { left === right || left.der == right.der }
  public func hash(into hasher: inout Hasher) { hasher.combine(der) }
}
