public import Messages
public import Signing
public import System

extension CertificateFile {
  /// The same for a file that may be a PFX as well, whose password is asked for when something in it needs one.
  ///
  /// Of a PFX with private keys, only the certificates over them are given, if there are any. Private keys are passed over. Throws what the readers of certificates and of PFX files throw.
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
