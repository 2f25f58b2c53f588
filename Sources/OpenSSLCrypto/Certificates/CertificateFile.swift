public import Messages
public import Signing
public import System

/// Reads files of certificates: PEM with any number of them, DER with one, or the base64 text of that DER.
public enum CertificateFile {
  /// The certificates in the order of the file; whatever else is in a PEM file is passed over.
  ///
  /// Throws `no-certificate` when there is none, `unrecognised-key-file`, `malformed-pem`, `malformed-certificate` or
  /// `trailing-data`.
  public static func read(
    _ bytes: Span<UInt8>, of subject: String = "the certificate file"
  ) throws(KeyError) -> [Certificate] {
    do {
      return try certificates(in: bytes, of: subject)
    } catch {
      // What reads one certificate does not know where it came from.
      guard error.code == .malformedCertificate || error.code == .trailingData else { throw error }
      throw KeyError(id: error.id, "\(naming: subject): \(error.message)", hint: error.hint)
    }
  }

  private static func certificates(in bytes: Span<UInt8>, of subject: String) throws(KeyError) -> [Certificate] {
    if let decoded = DERText.decoded(bytes) {
      return try decoded.withBytes { (der) throws(KeyError) in [try OpenSSLCertificateReader().certificate(der: der)] }
    }
    switch KeyFileFormat(of: bytes) {
    case .der: return [try OpenSSLCertificateReader().certificate(der: bytes)]
    case .pfx:
      throw KeyError(
        .noCertificate, "\(naming: subject) is a PFX, and its certificate is wanted alone",
        hint: "export it: openssl pkcs12 -nokeys -clcerts -in FILE -out certificate.pem")
    case .unrecognised:
      throw KeyError(
        .unrecognisedKeyFile, "\(naming: subject) is not a certificate: neither PEM nor DER",
        hint: "give an X.509 certificate as PEM or DER")
    case .pem: break
    }
    var certificates: [Certificate] = []
    try PEMText.forEachBlock(in: bytes, of: subject) { (block) throws(KeyError) in
      if let certificate = try certificate(in: block) { certificates.append(certificate) }
    }
    if certificates.isEmpty {
      throw KeyError(
        .noCertificate, "\(naming: subject) holds no certificate", hint: "give an X.509 certificate as PEM or DER")
    }
    return certificates
  }

  /// Nil for a block of another kind.
  static func certificate(in block: borrowing PEMBlock) throws(KeyError) -> Certificate? {
    switch PEMLabel(block.label) {
    case .certificate:
      try block.contents.withBytes { (der) throws(KeyError) in try OpenSSLCertificateReader().certificate(der: der) }
    case .trustedCertificate:
      try block.contents.withBytes { (der) throws(KeyError) in
        try OpenSSLCertificateReader().certificate(derWithTrustSettings: der)
      }
    default: nil
    }
  }
}

extension CertificateFile {
  /// The same for a file that may be a PFX as well, whose password is asked for when something in it needs one.
  ///
  /// Of a PFX with private keys, only the certificates over them are given, if there are any. Private keys are passed over.
  /// Throws what the readers of certificates and of PFX files throw.
  public static func read(
    _ file: borrowing SecretBytes, of subject: String, secrets: any SecretProvider
  ) throws(KeyError) -> [Certificate] {
    try DERText.withBytes(of: file) { (bytes) throws(KeyError) in try certificates(in: bytes, of: subject, secrets) }
  }

  private static func certificates(
    in file: borrowing SecretBytes, of subject: String, _ secrets: any SecretProvider
  ) throws(KeyError) -> [Certificate] {
    if file.withBytes({ bytes in KeyFileFormat(of: bytes) != .pfx }) {
      return try file.withBytes { (bytes) throws(KeyError) in try read(bytes, of: subject) }
    }
    let contents = try PFXReader(subject: subject).contents(of: file, secrets: secrets)
    let certificates = contents.certificates
    if certificates.isEmpty {
      throw KeyError(
        .noCertificate, "\(naming: subject) holds no certificate", hint: "export the certificate together with its key")
    }
    // Those over a private key of the file are meant, and the others only lead to them, or stand beside them.
    let own = certificates.filter { certificate in
      contents.privateKeys.contains { certificate.publicKey.hasSameNumbers(as: $0.key.publicKey) }
    }
    if !own.isEmpty { return own }
    return certificates
  }
}
