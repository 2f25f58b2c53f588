import ArgumentParser
import Keyroll

/// The key that signs a request's token now, or what stands in its place when the token is there already.
struct RequestKeyOptions: ParsableArguments {
  /// The names of those that may be given several times.
  static let repeatable = SignerOptions.repeatable

  @Option(
    name: .customLong("key"),
    help: ArgumentHelp(
      "The private key that signs now, as for keyroll sign; its certificate is registered already.",
      valueName: "reference"))
  var key: String?

  @OptionGroup var secrets: SecretOptions
  @OptionGroup var device: DeviceOptions
  @OptionGroup var signer: SignerOptions

  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp(
      "The certificate of the key that signs, when it is not in the key's file (PEM or DER).", valueName: "file"))
  var certificate: String?

  @Option(
    name: .customLong("algorithm"),
    help: ArgumentHelp("The signature algorithm; the default is the profile's.", valueName: "name"))
  var algorithm: SignatureAlgorithm?

  @OptionGroup var clock: ClockOptions
  @OptionGroup var window: WindowOptions

  func validate() throws { try access.validate() }

  /// Throws unless there is either a key or a token, and for options of a key beside a token.
  func requireOne(orToken token: String?, named name: String) throws {
    switch (key, token) {
    case (nil, nil): throw ValidationError("either --key, to sign now, or \(name) is needed")
    case (.some, .some): throw ValidationError("only one of --key and \(name) can be given")
    case (nil, .some):
      if certificate == nil {
        throw ValidationError("\(name) is verified first: give the certificate of its key by --certificate")
      }
      if window.notBefore != nil || window.validFor != nil || access.secrets.source != nil
        || access.device.source != nil
      {
        throw ValidationError("\(name) is signed already: windows, passwords and PINs are for --key")
      }
    case (.some, nil): break
    }
  }

  var access: KeyAccess { KeyAccess(secrets: secrets, device: device, signer: signer) }

  /// The key's reference, read, where there is one; throws what is wrong with it.
  func reference() throws -> KeyReference? {
    guard let reference = try key.map(KeySchemes.reference) else { return nil }
    try access.requireNoneNamedTwice(by: reference, certificate: certificate)
    return reference
  }

  /// Everything that is read to open the key, or to verify a token that is there already.
  func inputs() throws -> CommandInputs {
    var inputs = access.inputs(with: try reference())
    try inputs.append(certificates: [certificate].compactMap(\.self))
    return inputs
  }

  /// Signs, or reads and believes nothing yet: whoever makes the request verifies it with the keys.
  func token(
    ready path: String?, at time: NumericDate, by profile: ProfileReference
  ) throws -> (token: ExactText, keys: [TrustedKey]) {
    if let path { return try readyToken(path) }
    guard let reference = try reference() else { throw CommandError.usage("either --key or a token is needed") }
    let keyless = try profile.profile(algorithm: algorithm, publicKey: nil)
    var generator = SystemRandomNumberGenerator()
    var request = DraftRequest(time: time, identifier: UniqueIdentifier.uuid(using: &generator))
    request.notBefore = try window.notBefore(from: time)
    request.lifetime = try window.span()
    try keyless.judgeClaims(request)
    let making = TokenMaking(
      key: reference, access: access, certificate: certificate, profile: profile, asked: algorithm,
      answerToKey: ServiceAnswer.toKey)
    let (tokens, certificate) = try making.tokens(for: [request], algorithm ?? keyless.algorithms.preferred)
    return (ExactText(tokens.first?.text ?? ""), try [certificate].compactMap(\.self).map(Self.trustedKey))
  }

  private func readyToken(_ path: String) throws -> (token: ExactText, keys: [TrustedKey]) {
    let input = try TokenInput(path)
    if let note = input.note { Diagnostics.note(note) }
    guard let text = String(validating: input.bytes, as: UTF8.self) else {
      throw RequestError(.tokenRejected, "\(input.name) is not a token: it is not text")
    }
    let certificates = try certificate.map(CertificateFiles.certificates(in:)) ?? []
    return (ExactText(text), try certificates.map(Self.trustedKey))
  }

  static func trustedKey(_ certificate: Certificate) throws(KeyError) -> TrustedKey {
    TrustedKey(try OpenSSLCryptography().verifier(for: certificate.publicKey), certificate: certificate)
  }
}
