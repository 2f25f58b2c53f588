import ArgumentParser
import Keyroll

/// `keyroll verify`
struct VerifyCommand: RepeatableOptions {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Judge a token by a profile and a key you trust, and list every check.",
    discussion: """
      Exit status 0: accepted; 1: rejected; 2: it could not be judged. Without --profile the token is judged by RFC \
      7515, 7519 and 8725 and the options given. Values that are not given are not compared, and the report says so. \
      If you give several certificates, the one that the token names is used. A saved answer of Graph, az or PowerShell, or \
      the portal's manifest, also tells which entry signed, and what would be left without it.

      Examples:
        keyroll verify --profile graph-proof --certificate old.cer \\
          --object-id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 proof.jwt
        keyroll verify --profile graph-proof --certificate registered.json proof.jwt
        keyroll verify --public-key key.pub --algorithm RS256 \\
          --issuer Iv1.1234567890abcdef --format json github.jwt
      """)

  static let repeatableOptions = ["--certificate", "--public-key", "--algorithm", "--require", "--parameter"]

  @OptionGroup var keys: TrustedKeyOptions
  @OptionGroup var password: SecretOptions<KeyPassword>
  @OptionGroup var judging: JudgingOptions

  @Flag(
    name: .customLong("lenient"), help: "Accept, with a warning each, what Entra's token endpoint is seen to accept.")
  var isLenient = false

  @OptionGroup var clock: ClockOptions
  @OptionGroup var format: FormatOptions

  @Argument(
    help: ArgumentHelp("The token, a file that contains it, or - for standard input.", valueName: "token or file"),
    completion: .file())
  var token: String = "-"

  func validate() throws {
    if keys.isEmpty {
      throw ValidationError("a token is verified with a key you trust: give --certificate or --public-key")
    }
  }

  func run() throws {
    let time = try clock.now()
    var inputs = try keys.inputs()
    inputs.append("the token", token)
    inputs.append("the password", password.source)
    inputs.append("the profile", judging.profile)
    try inputs.requireOneReaderOfStandardInput()
    let trust = try keys.trust(
      at: time, choosing: [judging.objectID, judging.client.clientID], secrets: password.provider())
    let profile = try judging.judgingProfile(publicKey: trust.keys.first?.verifier.publicKey)
    if isLenient && !profile.hasLenientForm { throw CommandError.usage("--lenient is not for \(naming: profile.id)") }
    StandardInput.noteTerminal(at: token)
    let input = try TokenInput(token)
    if let note = input.note { Diagnostics.note(note) }
    let verification = trust.verify(input.bytes.span, by: profile, isLenient: isLenient, at: time, with: .command)
    switch format.format {
    case .text:
      try StandardOutput.write(ReportText(verification.report).screen(of: verification))
    case .json: try StandardOutput.write(verification.json)
    }
    if !verification.isAccepted { throw ExitStatus.rejected }
  }
}

/// A verification report for a person: the verdict, every check in its order with what to do, and the verdict again.
struct ReportText {
  private let report: VerificationReport

  /// The columns before the text of a check.
  private static let labelWidth = 33

  init(_ report: VerificationReport) { self.report = report }

  /// The whole report, the registration of the signer, and the verdict on the token without the text around it.
  ///
  /// The last line is the verdict again, so that it is the last thing that a person sees, whatever is in between.
  func screen(of verification: Verification) -> ScreenText {
    var screen = body
    if let registration = verification.registration { screen.append(RegistrationText(registration).screen) }
    if let kind = verification.misplaced {
      screen.append(ScreenText(["", "the token is \(kind.summary)"]))
      screen.append("  all that fails comes of it: give the proof or the assertion that was sent beside it")
    }
    if let (dropped, report) = verification.unwrapped { screen.append(Self.screen(without: dropped, report)) }
    screen.append(ScreenText(["", answer]))
    return screen
  }

  /// What else is wrong, or that nothing else is.
  private static func screen(without dropped: [DroppedText], _ report: VerificationReport) -> ScreenText {
    var screen = ScreenText(["", "the text \(dropped.problem):"])
    if report.isAccepted {
      screen.append(
        "  without it the token is accepted; a service is sent the bytes as they are, so send the token alone")
      return screen
    }
    screen.append("  without it the token is still rejected:")
    for check in report.failedChecks { screen.append(self.screen(check, isForetelling: true)) }
    return screen
  }

  private var body: ScreenText { ScreenText([answer + counts]).followed(by: verdicts) }

  /// The report as part of one with a verdict of its own, so that none of its lines can be taken for that.
  var part: ScreenText {
    let word = report.isAccepted ? "accepted" : "rejected"
    return ScreenText(["token: \(word), \(judgement)\(counts)"]).followed(by: verdicts)
  }

  private var counts: String {
    Self.count(report.failedChecks.count, "failed") + Self.count(report.warnings.count, "warned")
  }

  /// Every check, under the verdict that it belongs to.
  private var verdicts: ScreenText {
    var screen = ScreenText()
    for verdict in Check.Verdict.allCases {
      screen.append("")
      screen.append("\(verdict.rawValue): \(report.isAccepted(verdict) ? "accepted" : "rejected")")
      for check in report.checks where check.verdict == verdict {
        screen.append(Self.screen(check, isForetelling: true))
      }
    }
    return screen
  }

  private var answer: String {
    "\(Self.answer(report.isAccepted))  \(judgement)"
  }

  private var judgement: String {
    "\(naming: report.profileID), judged for \(report.time)\(report.isLenient ? ", leniently" : "")"
  }

  static func answer(_ isAccepted: Bool) -> String { isAccepted ? "ACCEPTED" : "REJECTED" }

  static func count(_ count: Int, _ what: String) -> String {
    count == 0 ? "" : ", \(count) \(count == 1 ? "check" : "checks") \(what)"
  }

  /// The lines of one check. What the service would answer is left out if it has answered.
  static func screen(_ check: Check, isForetelling: Bool) -> ScreenText {
    let label = label(check.status, check.id, width: labelWidth)
    guard let finding = check.finding else {
      return screen(label, check.found.map { text($0, of: check.id) } ?? "", width: labelWidth)
    }
    let isNotable = check.status == .failed || check.status == .warning
    var screen = screen(label, finding.message + (isNotable ? " [\(finding.reason)]" : ""), width: labelWidth)
    guard isNotable else { return screen }
    let margin = String(repeating: " ", count: labelWidth)
    if let hint = finding.hint.map(OptionHints.worded) {
      screen.append("\(margin)hint: \(hint)", indentation: labelWidth)
    }
    if isForetelling, let answer = finding.serviceAnswer {
      screen.append("\(margin)the service would answer: \(answer)", indentation: labelWidth)
    }
    return screen
  }

  /// One line of a label and a text, without spaces at its end.
  static func screen(_ label: String, _ text: String, width: Int) -> ScreenText {
    let line = text.isEmpty ? String(label.reversed().drop { $0 == " " }.reversed()) : label + text
    var screen = ScreenText()
    screen.append(line, indentation: width)
    return screen
  }

  /// The status and id of a check, for the columns before its text.
  static func label(_ status: Check.Status, _ id: String, width: Int) -> String {
    // A profile may name claims freely, and a check is named after its claim.
    padded("  \(padded(word(status), 8)) \(ForeignText(naming: id))", width - 1) + " "
  }

  private static func word(_ status: Check.Status) -> String {
    switch status {
    case .passed: "passed"
    case .failed: "FAILED"
    case .warning: "warning"
    case .skipped: "skipped"
    @unknown default: status.rawValue
    }
  }

  /// The value in the token; a date also as a date.
  private static func text(_ value: JSONValue, of id: String) -> String {
    let text = value.printed
    guard let seconds = value.number?.roundedUp else { return text }
    switch ExactText(id) {
    case "iat", "nbf", "exp": return "\(text) = \(NumericDate(seconds: seconds))"
    case "lifetime": return "\(text) s"
    default: return text
    }
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }
}

/// For a person, below the checks: which entry signed, how long it lasts, and what would be left without it.
struct RegistrationText {
  let screen: ScreenText

  init(_ registration: RegistrationReport) {
    var fields = FieldList()
    fields.append("  signed by", registration.entry.summary)
    fields.append("  valid", Self.period(registration.entry, at: registration.time))
    for (index, entry) in registration.others.enumerated() {
      fields.append(index == 0 ? "  after removeKey" : "", "\(entry.summary), until \(entry.validity.end)")
    }
    for warning in registration.warnings {
      fields.append("  warning", "\(warning.message) [\(warning.reason)]")
      if let hint = warning.hint.map(OptionHints.worded) { fields.append("", "hint: \(hint)") }
    }
    var screen = ScreenText(["", "registration:"])
    screen.append(fields.screen)
    self.screen = screen
  }

  private static func period(_ entry: KeyCredential, at time: NumericDate) -> String {
    let (start, end) = entry.validity
    return "\(start) to \(end)" + (time <= end ? " (\(end - time) left)" : "")
  }
}
