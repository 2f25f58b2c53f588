public import Signing

extension CertificateFile {
  /// The same for a file that may be a PFX as well, whose password is asked for when something in it needs one.
  ///
  /// Private keys in it are passed over. Throws what the readers of certificates and of PFX files throw.
  public static func read(
    _ file: borrowing SecretBytes, of subject: String, secrets: any SecretProvider
  ) throws(KeyError) -> [Certificate] {
    switch file.withBytes({ bytes in DERText.decoded(bytes) }) {
    case .some(let decoded): try certificates(in: decoded, of: subject, secrets)
    case .none: try certificates(in: file, of: subject, secrets)
    }
  }

  private static func certificates(
    in file: borrowing SecretBytes, of subject: String, _ secrets: any SecretProvider
  ) throws(KeyError) -> [Certificate] {
    if file.withBytes({ bytes in KeyFileFormat(of: bytes) != .pfx }) {
      return try file.withBytes { (bytes) throws(KeyError) in try read(bytes, of: subject) }
    }
    let certificates = try PFXReader(subject: subject).contents(of: file, secrets: secrets).certificates
    if certificates.isEmpty {
      throw KeyError(
        .noCertificate, "\(naming: subject) holds no certificate", hint: "export the certificate together with its key")
    }
    return certificates
  }
}
