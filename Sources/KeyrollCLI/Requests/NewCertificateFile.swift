import Keyroll

/// Reads the certificates that requests are about, from the files that the user names.
enum NewCertificateFile {
  /// The certificate that is to be added, or with `isSentWhole` the whole PFX and its password.
  ///
  /// Throws what readers of certificates throw, `several-certificates`, and `password-not-needed`.
  static func newCertificate(
    in path: String, isSentWhole: Bool, password source: SecretSource?, at time: NumericDate
  ) throws -> NewCertificate {
    let secrets = try CommandSecrets(password: source)
    guard isSentWhole else { return NewCertificate(try certificate(in: path, secrets, at: time)) }
    FileExposure.warning(of: path, holding: "a key").map(Diagnostics.warning)
    let contents = try SecretBytes.contents(ofFile: path, limit: Toolkit.mostFileBytes)
    do throws(KeyError) {
      return try NewCertificate(pfx: contents, of: path, secrets: secrets, at: time, with: .command)
    } catch {
      guard error.id == RequestError.Code.passwordNotNeeded.rawValue else { throw error }
      throw RequestError(
        .passwordNotNeeded, error.message,
        hint: "export it under a password, or leave --with-password out to send the certificate alone")
    }
  }

  /// The certificate that a file is given for, to be compared alone: no password is asked for.
  ///
  /// Throws what readers of certificates throw, and `several-certificates`.
  static func certificate(
    in path: String, _ secrets: any SecretProvider = NoSecrets(), at time: NumericDate
  ) throws(KeyError) -> Certificate {
    let certificates = try Toolkit.command.certificates(from: path, secrets: secrets)
    return try CertificateChoice(at: time.seconds, in: path).leaf(of: certificates, Toolkit.command.cryptography)
  }
}

extension RegisteredKeys {
  /// The saved answer in a file, of several objects the one that has one of these ids; throws what reading it throws.
  init(in path: String, choosing ids: [String?]) throws {
    let contents = try SecretBytes.contents(ofFile: path, limit: RequestFolder.mostFileBytes)
    let ids = ids.compactMap { $0.map(ExactText.init(_:)) }
    try self.init(contents.withBytes { [UInt8](copying: $0) }, of: path, choosing: ids, with: .command)
    if keys.lacksTimeZone { Diagnostics.note(Self.withoutTimeZone(path)) }
  }

  /// That dates were taken for what Graph gives: PowerShell may drop their time zone.
  static func withoutTimeZone(_ path: String) -> String {
    "\(naming: path) has dates without a time zone, which are read as UTC"
  }
}
