import ArgumentParser
import Keyroll

/// Groups the commands that sign.
struct SignCommand: CommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Sign a token: the claims are judged first, and the finished token is verified before it is written.",
    discussion: """
      Examples:
        keyroll sign proof --object-id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 \\
          --key old.pfx --output proof.jwt
        keyroll sign assertion --tenant example.com \\
          --client-id 2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02 --key old.pfx
      """,
    subcommands: [SignProofCommand.self, SignAssertionCommand.self, SignClaimsCommand.self])

  static let question = "which token to sign"
}

/// `keyroll sign proof`
struct SignProofCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "proof",
    abstract: "Sign the proof of possession that Microsoft Graph wants for addKey and removeKey.",
    discussion: """
      Sign with the key of a certificate that is registered on the object already and still valid. The proof is valid \
      for ten minutes. A proof that starts later (--not-before) is well-formed, but whether Graph honours one is not documented.

      Examples:
        keyroll sign proof --object-id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 \\
          --key old.pfx --output proof.jwt
        keyroll sign proof --object-id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 \\
          --key 'pkcs11:token=HSM;object=payroll-2026' --certificate hsm.cer
        keyroll sign proof --object-id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 \\
          --key old.pfx --windows 3 --output proof
      """)

  static let repeatableOptions = SigningOptions.repeatable

  @OptionGroup var proof: ProofOptions
  @OptionGroup var signing: SigningOptions

  @Option(
    name: .customLong("windows"),
    help: ArgumentHelp(
      "Sign this many proofs (1 to 24) for windows that follow each other, each into a file --output-TIME.jwt of its own, or into the folder --output/.",
      valueName: "count"))
  var windows: Int?

  func validate() throws { try WindowCount.require(windows) }

  func run() throws {
    let signing = TokenSigning(options: signing, profile: proof.reference, answer: ServiceAnswer.toKey)
    if let windows { try signing.run(windows: windows) } else { try signing.run() }
  }
}

/// `keyroll sign assertion`
struct SignAssertionCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "assertion",
    abstract: "Sign a client assertion for the client-credentials flow of Entra.",
    usage: "keyroll sign assertion [<options>] --tenant <tenant> --client-id <guid> --key <reference>",
    discussion: """
      The documented form is PS256 with x5t#S256; --algorithm RS256 makes the older form with x5t. The host in aud must be \
      the host that the assertion is posted to.

      Examples:
        keyroll sign assertion --tenant example.com --key old.pfx \\
          --client-id 2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02
        keyroll sign assertion --tenant example.com --key key.pem \\
          --client-id 2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02 \\
          --cloud china --algorithm RS256 --output assertion.jwt
      """)

  static let repeatableOptions = SigningOptions.repeatable

  @OptionGroup var client: EntraClientOptions
  @OptionGroup var signing: SigningOptions

  func validate() throws { try client.requireClient() }

  func run() throws {
    try TokenSigning(options: signing, profile: try client.reference(), answer: ServiceAnswer.toKey).run()
  }
}

/// `keyroll sign claims`
struct SignClaimsCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "claims",
    abstract: "Sign a token for any other issuer, by a profile.",
    discussion: """
      keyroll profiles lists the built-in profiles and prints them as a start for a file of your own.

      Examples:
        keyroll sign claims --profile github-app --key key.pem \\
          --parameter client-id=Iv1.1234567890abcdef
        keyroll sign claims --profile mine.json --key old.pfx \\
          --parameter client-id=payroll --claim department=finance
      """)

  static let repeatableOptions = SigningOptions.repeatable + ClaimOptions.repeatable

  @OptionGroup var source: ProfileOptions
  @OptionGroup var signing: SigningOptions
  @OptionGroup var claims: ClaimOptions

  func run() throws {
    try TokenSigning(
      options: signing, profile: try source.reference(), claims: try claims.object(), otherInputs: source.inputs
    ).run()
  }
}

/// The options that every signing command takes.
struct SigningOptions: ParsableArguments {
  /// The names of those that may be given several times.
  static let repeatable = KeyOptions.repeatable + DraftOptions.repeatable

  @OptionGroup var key: KeyOptions

  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp("The key's certificate, when it is not in the key's file (PEM or DER).", valueName: "file"),
    completion: .file())
  var certificate: String?

  @OptionGroup var draft: DraftOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var format: FormatOptions

  /// Everything that is read to open this key.
  func inputs(with reference: KeyReference) throws(KeyError) -> CommandInputs {
    var inputs = key.access.inputs(with: reference)
    try inputs.append(certificates: [certificate].compactMap(\.self))
    return inputs
  }
}

/// What the signing commands have in common: judge, open, draft, sign, verify, hand out.
private struct TokenSigning {
  let options: SigningOptions
  let profile: ProfileReference
  var claims = JSONObject()
  /// What the command reads besides the key, such as a profile.
  var otherInputs = CommandInputs()
  /// What the service would answer to tokens of a key that is refused here.
  var answer: @Sendable (KeyError.Code) -> String? = { _ in nil }

  /// Signs one token and writes it.
  func run() throws {
    let (reference, inputs) = try inputs()
    let destination = try options.output.destination(sparing: inputs, format: options.format.format)
    let plan = try options.draft.plan(by: profile, claims: claims)
    for token in try tokens(of: plan, by: reference) {
      try destination.write(token.text + "\n", reportedAs: ResultReport(token))
      // In UTC, because a clock in another zone hides when the token can be used.
      if token.window.end != nil { Diagnostics.note("valid \(token.window)") }
    }
  }

  /// Signs tokens for windows that follow each other and writes each into a file of its own, all or none.
  func run(windows count: Int) throws {
    let (reference, _) = try inputs()
    let names = try WindowFileNames(options.output)
    let plan = try options.draft.plan(by: profile, claims: claims, windows: count)
    let destination = try names.destination(for: plan.starts)
    let tokens = try tokens(of: plan, by: reference)
    let paths = try destination.write(tokens.map { Array("\($0.text)\n".utf8) })
    if options.format.format == .json {
      try StandardOutput.write(ResultReport.json(of: Array(zip(paths, tokens))))
    }
    for (path, token) in zip(paths, tokens) { Diagnostics.note("\(naming: path) is valid \(token.window)") }
    if count > 1 { Diagnostics.warning(WindowCount.caution) }
  }

  /// The key's reference, and everything that is read; throws `usage` for what is named twice.
  private func inputs() throws -> (reference: KeyReference, inputs: CommandInputs) {
    let reference = try options.key.reference()
    try options.key.access.requireNoneNamedTwice(by: reference, certificate: options.certificate)
    var inputs = try options.inputs(with: reference)
    inputs.append(otherInputs)
    try inputs.requireOneReaderOfStandardInput()
    return (reference, inputs)
  }

  private func tokens(of plan: TokenPlan, by reference: KeyReference) throws -> [SignedToken] {
    try options.key.access.tokens(of: plan, by: reference, certificate: options.certificate, answer: answer).tokens
  }
}
