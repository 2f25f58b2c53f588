import Keyroll

/// Certificates from what the user names: a file, standard input, or a `pkcs11:` reference.
enum CertificateFiles {
  /// The most that is read of such a file, in bytes.
  static let mostBytes = max(KeyFileLimits.byteCount, JSONLimits.savedAnswer.byteCount)

  /// What one of them can hold: its contents decide.
  enum Contents {
    case certificates([Certificate])
    /// What was saved of an application or service principal.
    case registered(KeyCredentials)
  }

  /// Reads PEM, DER, a bundle, saved `keyCredentials`, or the certificates that a `pkcs11:` reference means.
  static func contents(of name: String) throws -> Contents {
    if let reference = try tokenReference(name) { return .certificates(try certificates(on: reference)) }
    let contents = try SecretBytes.contents(ofFile: name, limit: mostBytes)
    if contents.withBytes(JSONText.isLikely) {
      return .registered(
        try contents.withBytes { bytes throws(KeyCredentialsError) in
          try KeyCredentials(
            bytes, of: name, cryptography: OpenSSLCryptography())
        })
    }
    return .certificates(try certificates(in: contents, of: name))
  }

  /// The certificates of a PEM, DER or bundle file, or of a `pkcs11:` reference; `-` is standard input.
  static func certificates(in name: String) throws(KeyError) -> [Certificate] {
    if let reference = try tokenReference(name) { return try certificates(on: reference) }
    return try certificates(in: try read(name), of: name)
  }

  /// The same for what may also be a PFX.
  static func certificates(in name: String, secrets: any SecretProvider) throws(KeyError) -> [Certificate] {
    if let reference = try tokenReference(name) { return try certificates(on: reference) }
    let contents = try read(name)
    let reference = try KeyReference(name, of: [])
    return try CertificateFile.read(
      contents, of: reference.description, secrets: secrets)
  }

  /// The one certificate that is meant, and its issuers as far as they are there, leaf first: see `CertificateChoice`.
  static func chain(in name: String, at time: NumericDate) throws(KeyError) -> [Certificate] {
    let certificates = try certificates(in: name)
    let leaf = try CertificateChoice(at: time.seconds, in: name).leaf(of: certificates, OpenSSLCryptography())
    return OpenSSLCryptography().chain(from: leaf, among: certificates)
  }

  /// A name that is a reference to a token, read; nil for a path. Throws what is wrong with the reference.
  static func tokenReference(_ name: String) throws(KeyError) -> KeyReference? {
    let prefix = "\(PKCS11URI.syntax.scheme):".utf8
    guard name.utf8.count > prefix.count,
      name.utf8.prefix(prefix.count).elementsEqual(prefix, by: { $0 | 0x20 == $1 | 0x20 })
    else { return nil }
    return try KeyReference(name, of: [PKCS11URI.syntax])
  }

  private static func read(_ name: String) throws(KeyError) -> SecretBytes {
    try KeyError.passing { () throws(SystemError) in try SecretBytes.contents(ofFile: name, limit: mostBytes) }
  }

  private static func certificates(in contents: borrowing SecretBytes, of name: String) throws(KeyError)
    -> [Certificate]
  {
    try contents.withBytes { bytes throws(KeyError) in
      try CertificateFile.read(bytes, of: name)
    }
  }

  /// Without a login, which certificates do not need.
  private static func certificates(on reference: KeyReference) throws(KeyError) -> [Certificate] {
    let device = Device(allowsFinalPINTry: false, timeout: DeviceOptions.usualTimeout)
    // A token may allow one session, which the key will need.
    defer { device.backend.close() }
    return try device.backend.certificates(at: reference)
  }
}
