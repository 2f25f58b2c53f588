import Encodings
public import Messages
public import Signing
public import System

/// A PFX that is handed on whole, and what is known of it once it is open.
public struct PFXFile: Sendable {
  /// As the file holds it, or as its base64 text decodes; the private key in it is under the password still.
  public let bytes: [UInt8]
  /// That of the one private key in it.
  public let certificate: Certificate

  /// Opens it with a password, which is asked for only when none does not open it.
  ///
  /// `subject` is what messages call it, and `time` the seconds since 1970 at which the certificate should be valid, where
  /// several are over the key. Throws what opening a key throws, and `no-private-key`, `several-keys`, `no-certificate` or
  /// `several-certificates` unless one key with its certificate is in it.
  public init(
    _ file: borrowing SecretBytes, of subject: String, at time: Int64, secrets: any SecretProvider
  ) throws(KeyError) {
    let contents = try PFXReader(subject: subject).contents(of: file, secrets: secrets)
    guard let key = contents.privateKeys.first?.key else {
      throw KeyError(
        .noPrivateKey, "\(naming: subject) holds no private key", hint: "export the certificate together with it")
    }
    if contents.privateKeys.contains(where: { $0.key.publicKey != key.publicKey }) {
      throw KeyError(
        .severalKeys, "\(naming: subject) holds several private keys",
        hint: "export the one that is meant into a PFX of its own")
    }
    let own = contents.certificates.filter { $0.publicKey.hasSameNumbers(as: key.publicKey) }
    guard let certificate = try CertificateChoice(at: time, in: subject).leaf(over: key.publicKey, among: own) else {
      throw KeyError(
        .noCertificate, "\(naming: subject) holds no certificate of its private key",
        hint: "export the certificate together with its key")
    }
    self.certificate = certificate
    bytes =
      switch file.withBytes({ bytes in DERText.decoded(bytes) }) {
      case .some(let decoded): decoded.withBytes { [UInt8](copying: $0) }
      case .none: file.withBytes { [UInt8](copying: $0) }
      }
  }
}
