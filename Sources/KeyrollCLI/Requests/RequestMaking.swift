import Keyroll

/// What the commands that make requests have in common: judge what would be sent, write it, say when to send it.
enum RequestMaking {
  /// Throws for the first check that failed, before a key is used or anything is written.
  static func requireAccepted(_ checks: [RequestCheck]) throws(RequestError) {
    if let error = RequestError(failed: checks) { throw error }
  }

  /// What opens keys and reads certificates is OpenSSL's.
  static func verifier(keys: [TrustedKey], at time: NumericDate) -> RequestVerifier {
    let verifier = RequestVerifier(keys: keys, cryptography: OpenSSLCryptography()) {
      (pfx, password) throws(KeyError) in
      let secrets = SingleSecret(copying: password)
      return try PFXFile(SecretBytes(copying: pfx.span), of: "the PFX in the body", at: time.seconds, secrets: secrets)
        .certificate
    }
    return verifier
  }

  /// The saved answer in a file, as it is and as it is understood.
  static func keyCredentials(in path: String?) throws -> (bytes: [UInt8], value: KeyCredentials)? {
    guard let path else { return nil }
    let contents = try SecretBytes.contents(ofFile: path, limit: RequestFile.mostBytes)
    let bytes = contents.withBytes { [UInt8](copying: $0) }
    return (bytes, try KeyCredentials(bytes.span, of: path, cryptography: OpenSSLCryptography()))
  }

  /// Judges the request as `keyroll request check` does, and writes it if it is accepted.
  ///
  /// Of the warnings those of the token are left out where the signing has given them.
  static func finish(
    _ request: consuming ServiceRequest, by verifier: RequestVerifier, newCertificate: Certificate? = nil,
    keyCredentials: [UInt8]? = nil, isSignedNow: Bool, at time: NumericDate, to output: RequestOutputOptions
  ) throws {
    let report = verifier.verify(request, at: time)
    try requireAccepted(report.checks)
    guard report.isAccepted, let token = report.token else {
      throw RequestError(.tokenRejected, "the request was not accepted and is not written")
    }
    if !request.address.isHostKnown {
      let unknown = RequestError(
        .hostUnknown, "\(naming: request.address.host) is the host of no cloud that is known here")
      Diagnostics.warning("\(unknown.message) [\(unknown.id)]")
    }
    for warning in report.warnings { warn(warning.finding) }
    if !isSignedNow { Diagnostics.warn(of: token.warnings) }
    let hasPassword = request.body.hasPassword
    try RequestParcel(
      request: request, newCertificate: newCertificate, signingCertificate: token.signer?.certificate,
      keyCredentials: keyCredentials
    ).write(to: output)
    if hasPassword {
      Diagnostics.warning(
        "\(naming: output.path) holds the password of the PFX in clear text: whoever reads it has the key")
    }
    Diagnostics.note("valid \(TokenWindow(token.verifiedToken?.claims ?? JSONObject()))")
  }

  private static func warn(_ finding: Check.Finding?) {
    guard let finding else { return }
    Diagnostics.warning("\(finding.message) [\(finding.reason)]")
  }
}
