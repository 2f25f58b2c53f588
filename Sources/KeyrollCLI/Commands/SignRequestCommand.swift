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
    var reviewed = try RequestReview(request, insistingOn: review.profile)
    if !showsOnly { reviewed.show() }
    // What is wrong is told beside the summary, also where that is all that was asked for.
    if showsOnly { try StandardOutput.write(reviewed.summaryScreen) }
    try reviewed.requireValues(values, insists: review.profile != nil)
    try reviewed.judge(at: time, horizon: horizon)
    guard let destination, let reference else {
      return try StandardOutput.write(reviewed.verdict(at: time))
    }
    try confirm(reviewed)
    let token = try RequestSigning(
      request: reviewed.request, profile: reviewed.profile, source: request, key: reference, access: key.access
    ).token(at: review.clock)
    let signature = token.text.utf8.split(separator: UInt8(ascii: ".")).last.map { String(Substring($0)) } ?? ""
    try destination.write((writesToken ? token.text : signature) + "\n")
  }

  /// Asks the person at the terminal, where there is one; throws `not-confirmed` for any answer but yes.
  private func confirm(_ reviewed: RequestReview) throws {
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
