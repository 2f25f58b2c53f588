public import Signing

extension Certificate {
  /// A certificate that nobody signed, valid from 1970 to 9999; its DER and thumbprints are stand-ins.
  public static func fake(of key: PublicKey = .fake(), subject: String = "CN=subject", issuer: String = "CN=issuer")
    -> Certificate
  {
    Certificate(
      der: Array("\(subject) by \(issuer)".utf8) + key.sha256Fingerprint, publicKey: key, subject: subject,
      issuer: issuer,
      subjectDER: Array(subject.utf8), issuerDER: Array(issuer.utf8), serialNumber: [1], notBefore: 0,
      notAfter: 253_402_300_799,
      allowsDigitalSignature: true, signatureAlgorithmName: "sha256WithRSAEncryption", hasWeakSignature: false,
      sha1Thumbprint: Array(key.sha256Fingerprint.prefix(20)), sha256Thumbprint: key.sha256Fingerprint)
  }
}
