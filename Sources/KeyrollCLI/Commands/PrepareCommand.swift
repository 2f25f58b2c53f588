import ArgumentParser
import Keyroll

/// Groups the commands that prepare a token for a signer elsewhere.
struct PrepareCommand: CommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "prepare",
    abstract:
      "Prepare a token or certificate that is signed elsewhere: keyroll sign-request or any other signer signs, keyroll assemble checks.",
    discussion: """
      Examples:
        keyroll prepare proof --object-id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 \\
          --certificate old.cer --output request.json
        keyroll prepare csr --public-key old.cer \\
          --subject CN=Payroll,O=Example --output csr.json
      """,
    subcommands: [
      PrepareProofCommand.self,
      PrepareAssertionCommand.self,
      PrepareClaimsCommand.self,
      PrepareCertificateCommand.self,
      PrepareCSRCommand.self,
      PrepareFormCommand.self,
    ])

  static let question = "what to prepare"
}

/// `keyroll prepare proof`
struct PrepareProofCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "proof",
    abstract: "Prepare the proof of possession that Microsoft Graph wants for addKey and removeKey.",
    discussion: """
      The proof is valid for ten minutes: it must be signed, assembled and used in that time. See also keyroll sign proof.

      Examples:
        keyroll prepare proof --object-id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 \\
          --certificate old.cer --output request.json
        keyroll prepare proof --object-id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 \\
          --certificate old.cer --output request.json --as digest-base64url
      """)

  static let repeatableOptions = DraftOptions.repeatable

  @OptionGroup var proof: ProofOptions
  @OptionGroup var preparing: PreparingOptions

  func run() throws { try TokenPreparing(options: preparing, profile: proof.reference).run() }
}

/// `keyroll prepare assertion`
struct PrepareAssertionCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "assertion",
    abstract: "Prepare a client assertion for the client-credentials flow of Entra.",
    usage: "keyroll prepare assertion [<options>] --tenant <tenant> --client-id <guid> --certificate <file>",
    discussion: """
      See also keyroll sign assertion.

      Examples:
        keyroll prepare assertion --tenant example.com \\
          --client-id 2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02 \\
          --certificate old.cer --output request.json
        keyroll prepare assertion --tenant example.com \\
          --client-id 2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02 \\
          --certificate old.cer --output request.json --as key-vault
      """)

  static let repeatableOptions = DraftOptions.repeatable

  @OptionGroup var client: EntraClientOptions
  @OptionGroup var preparing: PreparingOptions

  func validate() throws { try client.requireClient() }

  func run() throws { try TokenPreparing(options: preparing, profile: try client.reference()).run() }
}

/// `keyroll prepare claims`
struct PrepareClaimsCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "claims",
    abstract: "Prepare a token for any other issuer, by a profile.",
    discussion: """
      The request holds the profile, so that it is judged by the same rules where it is signed.

      Examples:
        keyroll prepare claims --profile github-app --certificate old.cer \\
          --parameter client-id=Iv1.1234567890abcdef --output request.json
        keyroll prepare claims --profile mine.json --certificate old.cer \\
          --parameter client-id=payroll --qr-output request.svg
      """)

  static let repeatableOptions = DraftOptions.repeatable + ClaimOptions.repeatable

  @OptionGroup var source: ProfileOptions
  @OptionGroup var preparing: PreparingOptions
  @OptionGroup var claims: ClaimOptions

  func run() throws {
    try TokenPreparing(
      options: preparing, profile: try source.reference(), claims: try claims.object(), otherInputs: source.inputs
    ).run()
  }
}

/// `keyroll prepare form`
struct PrepareFormCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "form",
    abstract: "Write a request that was prepared before in the form that its signer takes.",
    discussion: """
      input is for a signer that hashes, digest, digest-hex and digest-base64url for one that does not, digest-info for one \
      that only pads (RS algorithms), key-vault is the body of the sign call. The request is judged again.

      Examples:
        keyroll prepare form --as digest-hex request.json
        keyroll prepare form --as key-vault --output body.json request.json
      """)

  @Option(name: .customLong("as"), help: ArgumentHelp("What the signer takes.", valueName: "form"))
  var form: SigningRequestForm

  @OptionGroup var review: ReviewOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: ArgumentHelp("The signing request; - is standard input.", valueName: "file"), completion: .file())
  var request: String

  func run() throws {
    var inputs = CommandInputs(["the request": request])
    inputs.append(review.inputs)
    try inputs.requireOneReaderOfStandardInput()
    let destination = try output.destination(sparing: inputs, format: format.format)
    if destination.file == nil, format.format == .text { try StandardOutput.refuseTerminal(for: form) }
    let time = try review.clock.now()
    let bytes: [UInt8]
    switch try CarriedRequest(request, insistingOn: review.profile) {
    case .token(var reviewed):
      try reviewed.judge(at: time)
      bytes = try reviewed.request.bytes(as: form)
    case .certificate(let reviewed):
      try reviewed.judge(at: time, builtAt: review.clock.buildTime)
      bytes = try reviewed.request.bytes(as: form)
    }
    guard form.isText, let text = String(validating: bytes, as: UTF8.self) else {
      return try destination.write(
        bytes, reportedAs: ResultReport("base64", ["form": .string(ExactText(form.rawValue))]))
    }
    // Behind the signing input there is no line feed that could be left out of the codes.
    try destination.write(
      text, inCodes: form == .input ? text : nil,
      reportedAs: ResultReport("text", ["form": .string(ExactText(form.rawValue))]))
  }
}

/// The options that every command takes that prepares a token for a signer elsewhere.
struct PreparingOptions: ParsableArguments {
  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp(
      "The certificate of the key that is to sign, with its issuers or without (PEM or DER).", valueName: "file"),
    completion: .file())
  var certificate: String

  @OptionGroup var draft: DraftOptions

  @OptionGroup var carried: CarriedOutputOptions
}

/// Where a request goes that is signed elsewhere, and in which form its signer takes it.
struct CarriedOutputOptions: ParsableArguments {
  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      "Write to standard output also what the signer takes; the request goes to --output.", valueName: "form"))
  var form: SigningRequestForm?

  @OptionGroup var output: OutputOptions
  @OptionGroup var format: FormatOptions

  func validate() throws {
    try format.requireText(besideForm: form)
    if form != nil, output.output.map(StandardOutput.isNamed(by:)) ?? true {
      throw ValidationError("--as needs --output FILE for the request, without which nothing can be assembled")
    }
    if form != nil, output.drawsCodes { throw ValidationError("--as and --qr both write to standard output") }
  }

  /// Throws what is known to prevent it, before the request is made.
  func destination(sparing inputs: CommandInputs) throws -> OutputDestination {
    let destination = try output.destination(sparing: inputs, format: format.format)
    if let form { try StandardOutput.refuseTerminal(for: form) }
    return destination
  }

  /// Writes the request, which a report for programs describes, and what the signer takes of it.
  func write(_ json: JSONObject, to destination: OutputDestination, reportedAs report: ResultReport, _ form: [UInt8]?)
    throws
  {
    try destination.write(
      Self.text(json), inCodes: EscapedJSON(JSONWriter.text(.object(json))).description, reportedAs: report)
    do { if let form { try StandardOutput.write(form) } } catch {
      // Half of what was asked for is nothing.
      destination.remove()
      throw error
    }
  }

  /// The text of a request as it is written.
  static func text(_ json: JSONObject) -> String {
    EscapedJSON(JSONWriter.indentedText(.object(json))).description + "\n"
  }
}

/// What the commands have in common that prepare: judge, draft, judge again, and write what is carried to the signer.
private struct TokenPreparing {
  let options: PreparingOptions
  let profile: ProfileReference
  var claims = JSONObject()
  /// What the command reads besides the certificate, such as a profile.
  var otherInputs = CommandInputs()

  func run() throws {
    let toolkit = Toolkit.command
    var inputs = otherInputs
    try inputs.append(certificates: [options.certificate])
    try inputs.requireOneReaderOfStandardInput()
    let destination = try options.carried.destination(sparing: inputs)
    let plan = try options.draft.plan(by: profile, claims: claims)
    let certificates = try toolkit.chain(from: options.certificate, at: plan.start)
    let (request, warnings) = try plan.signingRequest(for: certificates, from: options.certificate, with: toolkit)
    Diagnostics.warn(of: warnings)
    try SigningRequest.requireReadable(CarriedOutputOptions.text(request.json), with: toolkit)
    let form = try options.carried.form.map { form throws(SigningRequestError) in try request.bytes(as: form) }
    try options.carried.write(request.json, to: destination, reportedAs: ResultReport(request), form)
    if request.window.end != nil { Diagnostics.note("to be signed and used \(request.window)") }
  }
}
