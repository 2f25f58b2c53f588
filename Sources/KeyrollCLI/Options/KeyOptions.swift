import ArgumentParser
import Keyroll

/// The private key that signs, and what is needed to open it.
struct KeyOptions: ParsableArguments {
  /// The names of the options that may be repeated.
  static let repeatable = SignerOptions.repeatable

  @Option(
    name: .customLong("key"),
    help: ArgumentHelp(
      "The private key: a path, pem:PATH or pfx:PATH with ;cert=PATH, ;name=NAME, ;id=HEX or ;password-file=PATH after it, pkcs11:URI, or command:PROGRAM with ;cert=PATH and ;key=TEXT; - as PATH is standard input.",
      valueName: "reference"), completion: .file())
  var key: String

  @OptionGroup var secrets: SecretOptions<KeyPassword>
  @OptionGroup var pin: SecretOptions<TokenPIN>
  @OptionGroup var device: DeviceOptions
  @OptionGroup var signer: SignerOptions

  func validate() throws { try access.validate() }

  var access: KeyAccess { KeyAccess(secrets: secrets, pin: pin, device: device, signer: signer) }

  /// The reference to the key; throws what is wrong with it.
  func reference() throws(KeyError) -> KeyReference { try KeySchemes.reference(key) }
}

/// The private key that signs the reviewed request, and what is needed to open it; a review alone needs none.
struct ReviewKeyOptions: ParsableArguments {
  /// The names of the options that may be repeated.
  static let repeatable = SignerOptions.repeatable

  @Option(
    name: .customLong("key"),
    help: ArgumentHelp("The private key, as for keyroll sign; not needed with --show.", valueName: "reference"),
    completion: .file())
  var key: String?

  @OptionGroup var secrets: SecretOptions<KeyPassword>
  @OptionGroup var pin: SecretOptions<TokenPIN>
  @OptionGroup var device: DeviceOptions
  @OptionGroup var signer: SignerOptions

  func validate() throws { try access.validate() }

  var access: KeyAccess { KeyAccess(secrets: secrets, pin: pin, device: device, signer: signer) }

  /// The reference to the key, if there is one; throws what is wrong with it.
  func reference() throws -> KeyReference? {
    guard let reference = try key.map(KeySchemes.reference) else { return nil }
    try access.requireNoneNamedTwice(by: reference)
    return reference
  }
}

/// The key that signs a request's token now, or what replaces it if the token already exists.
struct RequestKeyOptions: ParsableArguments {
  /// The names of the options that may be repeated.
  static let repeatable = SignerOptions.repeatable

  @Option(
    name: .customLong("key"),
    help: ArgumentHelp(
      "The private key that signs now, as for keyroll sign; its certificate is registered already.",
      valueName: "reference"), completion: .file())
  var key: String?

  @OptionGroup var secrets: SecretOptions<KeyPassword>
  @OptionGroup var pin: SecretOptions<TokenPIN>
  @OptionGroup var device: DeviceOptions
  @OptionGroup var signer: SignerOptions

  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp(
      "The certificate of the key that signs, if it is not in the key's file (PEM or DER).", valueName: "file"),
    completion: .file())
  var certificate: String?

  @Option(
    name: .customLong("algorithm"),
    help: ArgumentHelp("The signature algorithm; the default is the profile's.", valueName: "name"))
  var algorithm: SignatureAlgorithm?

  @OptionGroup var clock: ClockOptions
  @OptionGroup var window: WindowOptions

  func validate() throws { try access.validate() }

  /// Throws unless there is either a key or a token, and for key options beside a token.
  func requireOne(orToken token: String?, named name: String, windows: Int?) throws {
    switch (key, token) {
    case (nil, nil): throw ValidationError("either --key, to sign now, or \(name) is needed")
    case (.some, .some): throw ValidationError("only one of --key and \(name) can be given")
    case (nil, .some):
      if certificate == nil {
        throw ValidationError("\(name) is verified first: give the certificate of its key by --certificate")
      }
      if window.notBefore != nil || window.validFor != nil || access.secrets.source != nil
        || access.pin.source != nil
      {
        throw ValidationError("\(name) is signed already: windows, passwords and PINs are for --key")
      }
      if windows != nil { throw ValidationError("\(name) is one token, and --windows makes several with --key") }
    case (.some, nil): break
    }
  }

  var access: KeyAccess { KeyAccess(secrets: secrets, pin: pin, device: device, signer: signer) }

  /// The reference to the key, if there is one; throws what is wrong with it.
  func reference() throws -> KeyReference? {
    guard let reference = try key.map(KeySchemes.reference) else { return nil }
    try access.requireNoneNamedTwice(by: reference, certificate: certificate)
    return reference
  }

  /// Every file that is read to open the key, or to verify an existing token.
  func inputs() throws -> CommandInputs {
    var inputs = access.inputs(with: try reference())
    try inputs.append(certificates: [certificate].compactMap(\.self))
    return inputs
  }

  /// Signs, or reads a token without verifying it: the maker of the request verifies it with the keys.
  func tokens(
    ready path: String?, at time: NumericDate, by profile: ProfileReference, windows: Int
  ) throws -> (tokens: [ExactText], keys: [TrustedKey]) {
    if let path { return try readyToken(path) }
    guard let reference = try reference() else { throw CommandError.usage("either --key or a token is needed") }
    var choices = TokenChoices()
    choices.algorithm = algorithm
    choices.notBefore = try window.notBefore(from: time)
    choices.lifetime = try window.span()
    var generator = SystemRandomNumberGenerator()
    let plan = try window.naming {
      try TokenPlan(choices, by: profile, at: time, windows: windows, using: &generator)
    }
    let (tokens, certificate) = try access.tokens(
      of: plan, by: reference, certificate: self.certificate, answer: ServiceAnswer.toKey)
    return (tokens.map { ExactText($0.text) }, try [certificate].compactMap(\.self).map(Self.trustedKey))
  }

  private func readyToken(_ path: String) throws -> (tokens: [ExactText], keys: [TrustedKey]) {
    let input = try TokenInput(path)
    if let note = input.note { Diagnostics.note(note) }
    guard let text = String(validating: input.bytes, as: UTF8.self) else {
      throw RequestError(.tokenRejected, "\(input.name) is not a token: it is not text")
    }
    let certificates = try certificate.map(Toolkit.command.certificates(from:)) ?? []
    return ([ExactText(text)], try certificates.map(Self.trustedKey))
  }

  static func trustedKey(_ certificate: Certificate) throws(KeyError) -> TrustedKey {
    TrustedKey(try Toolkit.command.cryptography.verifier(for: certificate.publicKey), certificate: certificate)
  }
}

/// What is needed to open a private key, wherever it is.
///
/// These groups are not inside another group, because ArgumentParser reads a group again for each group around it.
struct KeyAccess {
  let secrets: SecretOptions<KeyPassword>
  let pin: SecretOptions<TokenPIN>
  let device: DeviceOptions
  let signer: SignerOptions

  /// Loads nothing yet: modules are loaded for the first key on a token. Throws `usage` for a variable that does not
  /// exist, or is not text.
  func toolkit() throws(CommandError) -> Toolkit {
    .watched(
      allowsFinalPINTry: device.allowsFinalPINTry, timeout: device.timeout, programs: try signer.programs())
  }

  /// Throws for a secret that a program would see.
  func validate() throws { try requireUnseen(secrets.variable, pin.variable) }

  /// Throws `usage` for something that both an option and the reference give: a secret, or the certificate.
  func requireNoneNamedTwice(by reference: KeyReference, certificate: String? = nil) throws(CommandError) {
    let (secret, pin) = (secrets.source != nil, pin.source != nil)
    let named = [
      ("pin-source", "--pin-… and pin-source", pin), ("password-file", "--password-… and ;password-file=", secret),
      ("cert", "--certificate and ;cert=", certificate != nil),
      ("certificate", "--certificate and ?certificate=", certificate != nil),
    ]
    for (attribute, names, isGiven) in named where isGiven && reference[attribute] != nil {
      throw .usage("only one of \(names) in the key can be given")
    }
  }

  /// Throws for a variable with a secret that a program would see.
  func requireUnseen(_ variables: String?...) throws {
    for secret in variables.compactMap(\.self) where signer.variables.contains(secret) {
      throw ValidationError("--signer-env cannot name \(naming: secret), which holds a secret")
    }
  }

  /// The files from which a key with this reference is read; opens nothing.
  func inputs(with reference: KeyReference?) -> CommandInputs {
    var inputs = CommandInputs()
    inputs.append(reference)
    inputs.append("the password", secrets.source)
    inputs.append("the PIN", pin.source)
    return inputs
  }

  /// Opens the key of a reference with the secrets, as `opening` does: asks for them if needed, passes on the notes of
  /// the signer, and blocks.
  func open(
    _ reference: KeyReference, by opening: (any SecretProvider) throws(KeyError) -> any Signer
  ) throws(KeyError) -> any Signer {
    try open(reference, with: try provider(), by: opening)
  }

  /// Reads every source of a secret now, once.
  func provider() throws(KeyError) -> CommandSecrets { try secrets.provider(pin: pin.source) }

  /// The same with secrets that are read already; `tell` gets the notes of the signer.
  func open(
    _ reference: KeyReference, with provider: any SecretProvider, telling tell: (String) -> Void = Diagnostics.warning,
    by opening: (any SecretProvider) throws(KeyError) -> any Signer
  ) throws(KeyError) -> any Signer {
    do throws(KeyError) {
      let signer = try opening(provider)
      signer.notes.forEach(tell)
      return signer
    } catch {
      // Adds what the reader of the key cannot know: how the user named it.
      if error.code == .fileUnreadable, let misreading = KeySchemes.misreading(of: reference) { throw misreading }
      throw error
    }
  }

  /// Signs what was planned after opening the key once, and passes on the warnings of the verifier.
  ///
  /// `certificate` names its certificate if that is not beside the key, and `answer` is the answer of the service to
  /// tokens of a key that is refused here. The certificate in the result is that of the key, or nil for a bare one.
  func tokens(
    of plan: TokenPlan, by reference: KeyReference, certificate: String?,
    answer: @escaping @Sendable (KeyError.Code) -> String?
  ) throws -> (tokens: [SignedToken], certificate: Certificate?) {
    let toolkit = try toolkit()
    let given = try certificate.map(toolkit.certificates(from:)) ?? []
    let signer = try open(reference) { (secrets) throws(KeyError) in
      var key = SigningKey(reference, certificates: given, from: certificate, secrets: secrets)
      key.answer = answer
      return try plan.signer(of: key, with: toolkit)
    }
    let tokens = try plan.tokens(by: signer, with: toolkit)
    Diagnostics.warn(of: tokens.flatMap(\.report.warnings))
    return (tokens, signer.certificates.first)
  }
}

/// What a program of the user that signs may use: time, and variables of the environment.
struct SignerOptions: ParsableArguments {
  /// The names of the options that may be repeated.
  static let repeatable = ["--signer-env"]

  @Option(
    name: .customLong("signer-timeout"),
    help: ArgumentHelp("End the program of a command: key if a signature takes longer.", valueName: "duration")
  )
  var timeout = TimeSpan(seconds: 60)

  @Option(
    name: .customLong("signer-env"),
    help: ArgumentHelp(
      "Let the program of a command: key see this environment variable, which must not be a secret; may be repeated.",
      valueName: "name"))
  var variables: [String] = []

  func validate() throws {
    if timeout <= .zero { throw ValidationError("--signer-timeout takes a duration above zero, such as 30s or 5m") }
    for name in variables where name.isEmpty || name.utf8.contains(UInt8(ascii: "=")) {
      throw ValidationError("--signer-env takes the name of a variable, not its value")
    }
  }

  /// Throws `usage` for a variable that does not exist, or is not text.
  func programs() throws(CommandError) -> SigningPrograms {
    var environment: [String: String] = [:]
    for name in variables {
      guard let value = CurrentProcess.variable(name) else {
        throw .usage("the variable \(naming: name) of --signer-env is not set")
      }
      guard let text = String(validating: value, as: UTF8.self) else {
        throw .usage("the variable \(naming: name) of --signer-env is not text in UTF-8")
      }
      environment[name] = text
    }
    return SigningPrograms(environment: environment, timeout: .seconds(timeout.seconds), observer: ProgramWatch())
  }
}
