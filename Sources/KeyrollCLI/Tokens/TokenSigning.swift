import Keyroll

/// What the signing commands have in common: judge, open, draft, sign, verify, hand out.
struct TokenSigning {
  let options: SigningOptions
  var claims = JSONObject()
  /// What the service would answer to tokens of a key that is refused here.
  var answerToKey: (KeyError.Code) -> String? = { _ in nil }

  /// `makeProfile` is asked twice: for judging the claims before a key is opened, and with the public key after.
  func run(_ makeProfile: (PublicKey?) throws(ProfileError) -> Profile) throws {
    try StandardInput.requireOneReader(options.standardInputReaders)
    let destination = try options.output.destination(sparing: options.inputs)
    let keyless = asked(try makeProfile(nil))
    let request = try draftRequest(profile: keyless)
    try keyless.judgeClaims(request)

    let given = try options.certificate.map(CertificateFiles.certificates(in:)) ?? []
    let device = options.device.backend(certificates: given)
    defer { device.close() }
    let signer = try open(preferred: keyless.algorithms.preferred, given, device)
    let profile = asked(try makeProfile(signer.publicKey))
    let reader = OpenSSLCertificateReader()
    let assembler = try TokenAssembler(
      profile: profile, signer: signer, verifier: try RSASignatureVerifier(signer.publicKey), certificateReader: reader)
    let token = try assembler.assemble(try profile.draft(request, for: signer), at: request.time)

    for warning in token.report.warnings {
      guard let finding = warning.finding else { continue }
      Diagnostics.warning("\(finding.message) [\(finding.reason)]")
    }
    // A module that hangs when it is left must not hang with the token already out.
    device.close()
    try destination.write(token.text + "\n")
    noteWindow(token)
  }

  /// The profile for a user who may have named an algorithm.
  private func asked(_ profile: Profile) -> Profile {
    var profile = profile
    if let algorithm = options.algorithm { profile.algorithms = profile.algorithms.asking(for: [algorithm]) }
    return profile
  }

  private func draftRequest(profile: Profile) throws -> DraftRequest {
    let time = try options.clock.now()
    var generator = SystemRandomNumberGenerator()
    var request = DraftRequest(time: time, identifier: UniqueIdentifier.uuid(using: &generator), claims: claims)
    request.notBefore = try options.window.notBefore(from: time)
    request.lifetime = try options.window.span()
    request.includesIssuedAt = options.includesIssuedAt
    request.keyID = options.keyID.map(JSONString.init(_:))
    var hints = options.hints.isEmpty ? profile.hints : options.hints
    if options.keyID != nil { hints.append(.kid) }
    if options.includesCertificates { hints.append(.x5c) }
    request.hints = hints
    return request
  }

  private func open(preferred: SignatureAlgorithm, _ given: [Certificate], _ device: PKCS11Backend) throws -> any Signer
  {
    let registry = KeyRegistry(
      FileBackend(certificates: given), PEMBackend(certificates: given), PFXBackend(certificates: given), device,
      try options.signer.backend(certificates: given))
    do throws(KeyError) {
      let signer = try registry.signer(
        for: try registry.reference(options.key), algorithm: options.algorithm ?? preferred,
        secrets: try options.secrets.provider(pin: options.device.source))
      signer.notes.forEach(Diagnostics.warning)
      return signer
    } catch {
      throw explained(error, schemes: registry.schemes)
    }
  }

  /// What the reader of the key cannot know: how it was named, where its certificate came from, and who will judge it.
  private func explained(_ error: KeyError, schemes: [String]) -> KeyError {
    if error.code == .fileUnreadable, let misreading = KeyArgument(text: options.key).misreading(schemes: schemes) {
      return misreading
    }
    if error.code == .certificateMismatch, let certificate = options.certificate {
      return KeyError(
        error.code, "no certificate in \(certificate) belongs to the private key at \(options.key)", hint: error.hint)
    }
    if let answer = answerToKey(error.code) { return KeyError(error.code, error.message, hint: answer) }
    return error
  }

  /// Says in UTC when the token can be used, which a clock in another zone hides.
  private func noteWindow(_ token: SignedToken) {
    guard let claims = token.report.verifiedToken?.claims, let end = claims["exp"]?.number?.integer else { return }
    let start = claims["nbf"]?.number?.integer ?? claims["iat"]?.number?.integer ?? token.report.time.seconds
    let (from, to) = (NumericDate(seconds: start), NumericDate(seconds: end))
    Diagnostics.note("valid from \(from) to \(to), \(to - from)")
  }
}
