import Keyroll

/// The file of a certificate that is to be added.
struct NewCertificateFile: ~Copyable {
  let certificate: Certificate
  /// The PFX and the password that opened it, where both are to be sent.
  private let pfx: [UInt8]?
  private let password: SecretBytes?

  /// Throws what readers of certificates throw, `several-certificates`, and `password-not-needed` for a PFX that is to be sent
  /// with the password that it does not have.
  init(_ path: String, isSentWhole: Bool, password source: SecretSource?, at time: NumericDate) throws {
    let secrets = RememberedSecret(try CommandSecrets(password: source))
    guard isSentWhole else {
      certificate = try Self.leaf(in: path, secrets, at: time)
      pfx = nil
      password = nil
      return
    }
    FileExposure.warning(of: path, holding: "a key").map(Diagnostics.warning)
    let contents = try SecretBytes.contents(ofFile: path, limit: CertificateFiles.mostBytes)
    let file = try PFXFile(contents, of: path, at: time.seconds, secrets: secrets)
    guard secrets.hasAnswered else {
      throw RequestError(
        .passwordNotNeeded, "\(naming: path) opens without a password, and is not sent with its private key bare",
        hint: "export it under a password, or leave --with-password out to send the certificate alone")
    }
    certificate = file.certificate
    pfx = file.bytes
    password = secrets.secret
  }

  func request(
    to address: RequestAddress, displayName: ExactText?, proof: ExactText
  ) throws(RequestError) -> ServiceRequest {
    guard let pfx else {
      return try ServiceRequest(
        address, .certificate(der: certificate.der, displayName: displayName, proof: proof))
    }
    switch password {
    case .none: return try ServiceRequest(address, .pfx(pfx, displayName: displayName, proof: proof))
    case .some(let password):
      return try ServiceRequest(address, .pfx(pfx, displayName: displayName, proof: proof), password: password)
    }
  }

  /// The certificate that a file is given for, without a password and to be compared alone.
  ///
  /// Throws what readers of certificates throw, and `several-certificates`.
  static func certificate(in path: String, at time: NumericDate) throws -> Certificate {
    try leaf(in: path, NoSecrets(), at: time)
  }

  private static func leaf(
    in path: String, _ secrets: any SecretProvider, at time: NumericDate
  ) throws(KeyError) -> Certificate {
    let certificates = try CertificateFiles.certificates(in: path, secrets: secrets)
    return try CertificateChoice(at: time.seconds, in: path).leaf(of: certificates, OpenSSLCryptography())
  }
}
