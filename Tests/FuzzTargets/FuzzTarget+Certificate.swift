import Encodings
import Messages
import Tokens
import OpenSSLCrypto
import Signing

extension FuzzTarget {
  static let certificate = FuzzTarget(
    "certificate", "certificates in PEM or DER",
    seeds: { try Seeds.fixtures("certificates") + Seeds.corpus("pem", endingIn: "crt", "cer", "pem", "der") }
  ) { input in
    let certificates: [Certificate]
    do throws(KeyError) { certificates = try CertificateFile.read(input.span) } catch {
      try require(!error.message.isEmpty, "an error says what is wrong")
      try require(error.code != .cryptographyFailed, "no input makes OpenSSL fail unforeseen: \(error.message)")
      return
    }
    try require(!certificates.isEmpty, "a file that is read holds a certificate")
    let reader = OpenSSLCertificateReader()
    var bundle = ""
    for certificate in certificates {
      let der = certificate.der
      let again = try reader.certificate(der: der.span)
      try require(again.reads(as: certificate), "a certificate is read again from its bytes the same")
      try require(
        (try? reader.certificate(der: (certificate.der + [0]).span)) == nil, "nothing may follow a certificate")
      try require(
        try PublicKeyFile.read(der.span) == [certificate.publicKey],
        "its key is the one that is found in it")
      bundle += "-----BEGIN CERTIFICATE-----\n\(Base64.standard.text(certificate.der))\n-----END CERTIFICATE-----\n"
    }
    try require(
      try CertificateFile.read(Array(bundle.utf8).span) == certificates, "certificates survive as a bundle, in order")
  }
}

extension Certificate {
  /// True if everything that was read is the same, and not only the bytes.
  fileprivate func reads(as other: Certificate) -> Bool {
    der == other.der && publicKey == other.publicKey && subject == other.subject && issuer == other.issuer
      && subjectDER == other.subjectDER && issuerDER == other.issuerDER && serialNumber == other.serialNumber
      && notBefore == other.notBefore && notAfter == other.notAfter
      && allowsDigitalSignature == other.allowsDigitalSignature && hasWeakSignature == other.hasWeakSignature
      && sha1Thumbprint == other.sha1Thumbprint && sha256Thumbprint == other.sha256Thumbprint
  }
}
