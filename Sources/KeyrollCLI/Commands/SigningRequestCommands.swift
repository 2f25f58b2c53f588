import ArgumentParser
import Keyroll

/// `keyroll sign-request`
struct SignRequestCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "sign-request",
    abstract: "Show, check and sign what keyroll prepare wrote; the signature goes to keyroll assemble.",
    usage: """
      keyroll sign-request [<options>] --key <reference> <file>
      keyroll sign-request [<options>] --show <file>
      """,
    discussion: """
      The key must be that of the request's certificate, and the certificate one of those that come with the key. On a \
      terminal the summary is followed by a question, and anything but yes signs nothing. A request is not proof of who \
      made it: read the summary, say what you expect by --object-id, --tenant, --client-id or --parameter, and insist on \
      a profile by --profile if the request contains its own.

      Examples:
        keyroll sign-request --show request.json
        keyroll sign-request --key old.pfx \\
          --object-id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 \\
          --output signature.txt request.json
      """)

  static let repeatableOptions = ReviewKeyOptions.repeatable + ExpectedValueOptions.repeatable

  @OptionGroup var key: ReviewKeyOptions
  @OptionGroup var review: ReviewOptions
  @OptionGroup var expected: ExpectedValueOptions

  @Option(
    name: .customLong("horizon"),
    help: ArgumentHelp("Refuse a window that starts later than this from now.", valueName: "duration"))
  var horizon = TimeSpan(seconds: 30 * 86_400)

  @Flag(
    name: .customLong("show"),
    help: ArgumentHelp(
      "Show and judge the request, and sign nothing: with this option the command opens no key and writes no file."))
  var showsOnly = false

  @Flag(name: .customLong("yes"), help: "Sign without asking on the terminal.")
  var isConfirmed = false

  @Option(
    name: .customLong("max-lifetime"),
    help: ArgumentHelp(
      "The longest time that a new certificate may be valid, such as 365d; a longer one is refused.",
      valueName: "duration"))
  var maximumLifetime: TimeSpan?

  @Flag(
    name: .customLong("token"),
    help: "Write the finished token, or the finished certificate as PEM, instead of the signature alone.")
  var writesToken = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: ArgumentHelp("The signing request; - is standard input.", valueName: "file"), completion: .file())
  var request: String

  func validate() throws {
    if key.key == nil && !showsOnly { throw ValidationError("Missing expected argument '--key <reference>'") }
    if isConfirmed && showsOnly { throw ValidationError("only one of --show and --yes can be given") }
  }

  func run() throws {
    let reference = try key.reference()
    var inputs = key.access.inputs(with: reference)
    inputs.append("the request", request)
    inputs.append(review.inputs)
    try inputs.requireOneReaderOfStandardInput()
    let values = try expected.values()
    let destination = showsOnly ? nil : try output.destination(sparing: inputs, format: format.format)
    let time = try review.clock.now()
    var reviewed: ReviewedRequest
    switch try CarriedRequest(request, insistingOn: review.profile) {
    case .token(let token):
      if maximumLifetime != nil {
        throw CommandError.usage("--max-lifetime is for certificates, and this request is for a token")
      }
      reviewed = token
    case .certificate(let certificate):
      if let name = values.keys.sorted().first {
        throw CommandError.usage("\(naming: name) is a value of tokens, and this request is for a certificate")
      }
      return try sign(certificate, with: reference, to: destination, at: time)
    }
    let shown = RequestDisplay(
      title: ReviewedRequest.title, summary: reviewed.summary, report: ResultReport(reviewed.request),
      format: format.format)
    if showsSummary { shown.announce() }
    do {
      if showsOnly { try shown.write() }
      try reviewed.requireValues(values)
      try reviewed.judge(at: time, horizon: horizon)
    } catch {
      if showsOnly { try shown.conclude(isAccepted: false) }
      throw error
    }
    guard let destination, let reference else {
      return try shown.conclude(isAccepted: true, reviewed.verdict(at: time))
    }
    try confirm(reviewed.screen)
    let token = try reviewed.token(by: reference, opened: key.access, clock: review.clock)
    let signature = token.text.utf8.split(separator: UInt8(ascii: ".")).last.map { String(Substring($0)) } ?? ""
    try destination.write(
      (writesToken ? token.text : signature) + "\n",
      reportedAs: writesToken ? ResultReport(token) : ResultReport(signatureFor: reviewed.request))
  }

  /// The same for a certificate, or a request for one.
  private func sign(
    _ reviewed: ReviewedCertificate, with reference: KeyReference?, to destination: OutputDestination?,
    at time: NumericDate
  ) throws {
    if maximumLifetime != nil, reviewed.request.contents.life == nil {
      throw CommandError.usage("--max-lifetime is for certificates; for a certificate request the CA decides")
    }
    let shown = RequestDisplay(
      title: ReviewedCertificate.title, summary: reviewed.summary, report: ResultReport(reviewed.request),
      format: format.format)
    if showsSummary { shown.announce() }
    do {
      if showsOnly { try shown.write() }
      try reviewed.judge(at: time, builtAt: review.clock.buildTime, atMost: maximumLifetime)
    } catch {
      if showsOnly { try shown.conclude(isAccepted: false) }
      throw error
    }
    guard let destination, let reference else {
      return try shown.conclude(isAccepted: true, reviewed.verdict(at: time))
    }
    try confirm(reviewed.screen)
    let (signature, product) = try reviewed.sign(by: reference, opened: key.access, at: try review.clock.now())
    try destination.write(
      writesToken ? product.pem : Base64.url.text(signature) + "\n",
      reportedAs: writesToken ? ResultReport(product) : ResultReport(signatureFor: reviewed.request))
  }

  /// False if the summary is the result, or if nobody is asked who should have read it.
  private var showsSummary: Bool { !showsOnly && !(isConfirmed && format.quiet.isQuiet) }

  /// Asks the person at the terminal, if there is one; throws `not-confirmed` for any answer but yes.
  private func confirm(_ screen: ScreenText) throws {
    if isConfirmed { return }
    guard let prompt = TerminalPrompt() else { return }
    // Nobody can approve what they have not seen, or not in words.
    if !prompt.showsStandardError || MessageStyle.current.isJSON { prompt.say(screen) }
    do throws(KeyError) {
      if try prompt.confirms("sign this? Type yes to sign it: ") { return }
    } catch {
      throw CommandError(.notConfirmed, "nothing is signed: \(error.message)", hint: error.hint)
    }
    throw CommandError(
      .notConfirmed, "nothing is signed, because the answer was not yes",
      hint: "--yes signs without the question, and --show shows the request alone")
  }
}

/// `keyroll assemble`
struct AssembleCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "assemble",
    abstract:
      "Make the token or certificate from a request and its signature from elsewhere, and verify it.",
    usage: "keyroll assemble [<options>] --request <file> --signature <file>",
    discussion: """
      The signature is taken as bytes, hexadecimal, base64, base64url or the JSON answer of a vault. One that is not the \
      signature asked for is refused with what the signer did instead.

      Examples:
        keyroll assemble --request request.json --signature signature.txt \\
          --output proof.jwt
        keyroll assemble --request request.json --signature - < signature.txt
      """)

  static let repeatableOptions = ["--certificate"]

  @Option(
    name: .customLong("request"),
    help: ArgumentHelp("What keyroll prepare wrote; - is standard input.", valueName: "file"), completion: .file())
  var request: String

  @Option(
    name: .customLong("signature"),
    help: ArgumentHelp("What the signer gave; - is standard input.", valueName: "file"), completion: .file())
  var signature: String

  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp(
      "The certificate of another key that may have signed by mistake; may be repeated.", valueName: "file"
    ), completion: .file())
  var certificates: [String] = []

  @OptionGroup var review: ReviewOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var format: FormatOptions

  /// The most bytes to read of a signature: those of the largest key, in hexadecimal on lines of its own.
  private static let limit = 1 << 16

  func run() throws {
    var inputs = CommandInputs(["the request": request, "the signature": signature])
    try inputs.append(certificates: certificates)
    inputs.append(review.inputs)
    try inputs.requireOneReaderOfStandardInput()
    let destination = try output.destination(sparing: inputs, format: format.format)
    let time = try review.clock.now()
    let toolkit = Toolkit.command
    let others = try certificates.flatMap(toolkit.certificates(from:))
    let reviewed: ReviewedRequest
    switch try CarriedRequest(request, insistingOn: review.profile) {
    case .token(let token): reviewed = token
    case .certificate(let certificate):
      try certificate.judge(at: time, builtAt: review.clock.buildTime)
      let product = try certificate.product(with: signature, otherCertificates: others, limit: Self.limit)
      try destination.write(product.pem, reportedAs: ResultReport(product))
      if let life = certificate.request.contents.life { Diagnostics.note("valid from \(life)") }
      return
    }
    try reviewed.review.requireKey(from: request)
    let token = try SecretBytes.contents(ofFile: signature, limit: Self.limit).withBytes { (text) throws(TokenError) in
      try reviewed.review.token(with: text, at: time, otherCertificates: others, with: toolkit)
    }
    Diagnostics.warn(of: token.report.warnings)
    try destination.write(token.text + "\n", reportedAs: ResultReport(token))
    if let remainder = token.window.remainder(at: time) { Diagnostics.note("valid \(token.window): \(remainder)") }
  }
}
