import ArgumentParser
import Keyroll

/// `keyroll sign-request`
struct SignRequestCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "sign-request",
    abstract: "Show, judge again and sign what keyroll prepare wrote; the signature goes to keyroll assemble.",
    usage: """
      keyroll sign-request [<options>] --key <reference> <file>
      keyroll sign-request [<options>] --show <file>
      """,
    discussion: """
      The key must be that of the request's certificate, and the certificate one of those that come with the key. On a \
      terminal the summary is followed by a question, and anything but yes signs nothing. A request is not proof of who \
      made it: read the summary, say what you expect by --object-id, --tenant, --client-id or --parameter, and insist on \
      a profile by --profile where the request brings its own.
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
      "Show and judge the request, and sign nothing: added to any command line, it opens no key and writes no file."))
  var showsOnly = false

  @Flag(name: .customLong("yes"), help: "Sign without asking on the terminal.")
  var isConfirmed = false

  @Flag(name: .customLong("token"), help: "Write the finished token instead of the signature alone.")
  var writesToken = false

  @OptionGroup var output: OutputOptions

  @Argument(help: ArgumentHelp("The signing request; - is standard input.", valueName: "file"))
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
    let destination = showsOnly ? nil : try output.destination(sparing: inputs)
    let time = try review.clock.now()
    var reviewed = try ReviewedRequest(request, insistingOn: review.profile)
    if !showsOnly { reviewed.show() }
    // What is wrong is told beside the summary, also where that is all that was asked for.
    if showsOnly { try StandardOutput.write(reviewed.summaryScreen) }
    try reviewed.requireValues(values)
    try reviewed.judge(at: time, horizon: horizon)
    guard let destination, let reference else {
      return try StandardOutput.write(reviewed.verdict(at: time))
    }
    try confirm(reviewed)
    let token = try reviewed.token(by: reference, opened: key.access, clock: review.clock)
    let signature = token.text.utf8.split(separator: UInt8(ascii: ".")).last.map { String(Substring($0)) } ?? ""
    try destination.write((writesToken ? token.text : signature) + "\n")
  }

  /// Asks the person at the terminal, where there is one; throws `not-confirmed` for any answer but yes.
  private func confirm(_ reviewed: ReviewedRequest) throws {
    if isConfirmed { return }
    guard let prompt = TerminalPrompt() else { return }
    // Nobody answers for what they have not seen.
    if !prompt.showsStandardError { prompt.say(reviewed.screen) }
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
    abstract: "Make the token of a request and a signature that was made elsewhere, and verify all of it.",
    discussion: """
      The signature is taken as bytes, hexadecimal, base64, base64url or the JSON answer of a vault. One that is not the \
      signature asked for is refused with what the signer did instead.
      """)

  static let repeatableOptions = ["--certificate"]

  @Option(
    name: .customLong("request"),
    help: ArgumentHelp("What keyroll prepare wrote; - is standard input.", valueName: "file"))
  var request: String

  @Option(
    name: .customLong("signature"),
    help: ArgumentHelp("What the signer gave; - is standard input.", valueName: "file"))
  var signature: String

  @Option(
    name: .customLong("certificate"),
    help: ArgumentHelp(
      "The certificate of another key, to be told when it was that one that signed; may be repeated.", valueName: "file"
    ))
  var certificates: [String] = []

  @OptionGroup var review: ReviewOptions
  @OptionGroup var output: OutputOptions

  /// The most that is read of a signature, in bytes: that of the largest key, in hexadecimal on lines of its own.
  private static let limit = 1 << 16

  func run() throws {
    var inputs = CommandInputs(["the request": request, "the signature": signature])
    try inputs.append(certificates: certificates)
    inputs.append(review.inputs)
    try inputs.requireOneReaderOfStandardInput()
    let destination = try output.destination(sparing: inputs)
    let time = try review.clock.now()
    let toolkit = Toolkit.command
    let others = try certificates.flatMap(toolkit.certificates(from:))
    let reviewed = try ReviewedRequest(request, insistingOn: review.profile)
    try reviewed.review.requireKey(from: request)
    let token = try SecretBytes.contents(ofFile: signature, limit: Self.limit).withBytes { (text) throws(TokenError) in
      try reviewed.review.token(with: text, at: time, otherCertificates: others, with: toolkit)
    }
    Diagnostics.warn(of: token.report.warnings)
    try destination.write(token.text + "\n")
    if let remainder = token.window.remainder(at: time) { Diagnostics.note("valid \(token.window): \(remainder)") }
  }
}

/// A signing request from elsewhere under review, and all that a person is told of it.
struct ReviewedRequest {
  let review: RequestReview
  /// Where the request came from.
  private let path: String
  /// What was said besides the summary, in its order.
  private var remarks: [String] = []

  var request: SigningRequest { review.request }

  /// Reads the request strictly and finds its profile, or the one that the reviewer insists on.
  init(_ path: String, insistingOn profileName: String?) throws {
    let contents = try SecretBytes.contents(ofFile: path, limit: JSONLimits.signingRequest.byteCount)
    let request = try contents.withBytes { (text) throws(SigningRequestError) in
      try SigningRequest(text, cryptography: Toolkit.command.cryptography)
    }
    self.path = path
    review = try RequestReview(request, insistingOn: try profileName.map(ProfileFile.insistence))
    if review.bringsOwnRules {
      let id = review.request.profile.id
      warn("the rules of profile \(naming: id) come with the request: --profile FILE judges it by yours")
    }
  }

  /// Throws unless the request is for these values, by the names of the profile's parameters; warns of rules that leave open
  /// what a parameter means.
  mutating func requireValues(_ expected: [String: ExactText]) throws(ProfileError) {
    try review.requireValues(expected)
    if let name = expected.keys.sorted().first, review.bringsOwnRules {
      warn("what \(naming: name) means is for the rules that come with the request to say: --profile FILE takes yours")
    }
  }

  /// Says the warnings; throws the first check that fails.
  mutating func judge(at time: NumericDate) throws(TokenError) {
    let warnings = try review.judge(at: time, with: .command)
    Diagnostics.warn(of: warnings)
    remarks += warnings.compactMap(\.finding).map { "warning: \($0.message) [\($0.reason)]" }
  }

  /// The same for who is about to sign, with the window and its distance; throws also for a window that is not signed.
  mutating func judge(at time: NumericDate, horizon: TimeSpan) throws {
    try review.requireWindow(startingWithin: horizon, of: time)
    try judge(at: time)
    // In UTC, because a clock in another zone hides when the token can be used.
    if let remainder = request.window.remainder(at: time) {
      let text = "valid \(request.window): \(remainder)"
      Diagnostics.note(text)
      remarks.append("note: \(text)")
    }
  }

  /// Opens the key and signs; the clock is asked when all is ready to be signed: a person may have been waited for.
  func token(by reference: KeyReference, opened access: KeyAccess, clock: ClockOptions) throws -> SignedToken {
    let toolkit = try access.toolkit()
    let now = try clock.now()
    let signer = try access.open(reference) { (secrets) throws(KeyError) in
      try review.signer(of: reference, secrets: secrets, from: path, at: now, with: toolkit)
    }
    return try review.token(by: signer, of: reference, from: path, at: try clock.now(), with: toolkit)
  }

  // MARK: For people

  /// Shows what is asked for to the person who decides.
  func show() { Diagnostics.show(Self.title, summary) }

  var summaryScreen: ScreenText {
    var screen = ScreenText([Self.title])
    screen.append(summary.screen)
    return screen
  }

  /// The summary and all that was said, for a terminal on which that was not seen.
  var screen: ScreenText {
    var screen = summaryScreen
    screen.append(ScreenText(remarks))
    return screen
  }

  /// The line that says that the request was accepted, once `judge` has thrown nothing.
  func verdict(at time: NumericDate) -> ScreenText {
    ScreenText([
      "\(ReportText.answer(true))  \(naming: review.profile.id), judged for \(review.judgedTime(at: time)); nothing is signed"
    ])
  }

  private static let title = "the request asks for this signature"

  private var summary: FieldList {
    var fields = FieldList()
    for (name, value) in request.summaryFields { fields.append("  \(name)", value) }
    return fields
  }

  private mutating func warn(_ text: String) {
    Diagnostics.warning(text)
    remarks.append("warning: \(text)")
  }
}
