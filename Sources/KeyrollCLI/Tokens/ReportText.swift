import Keyroll

/// A verification report for a person: the answer, every check in its order with what to do, and the answer again.
struct ReportText {
  private let report: VerificationReport

  /// The columns before what a check says.
  private static let labelWidth = 33

  init(_ report: VerificationReport) { self.report = report }

  /// The whole report, and what is known of the registration of whoever signed.
  ///
  /// The last line is the answer again: whatever is in between, it is what a person sees last.
  func screen(with registration: RegistrationReport?) -> ScreenText {
    var screen = body
    if let registration { screen.append(RegistrationText(registration).screen) }
    screen.append(ScreenText(["", answer]))
    return screen
  }

  private var body: ScreenText { ScreenText([answer + counts]).followed(by: verdicts) }

  /// The report as a part of one that has an answer of its own, for which no line of this must pass.
  var part: ScreenText {
    let word = report.isAccepted ? "accepted" : "rejected"
    return ScreenText(["token: \(word), \(judgement)\(counts)"]).followed(by: verdicts)
  }

  private var counts: String {
    Self.count(report.failedChecks.count, "failed") + Self.count(report.warnings.count, "warned")
  }

  /// Every check, below the verdict that it belongs to.
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

  /// The lines of one check; what the service would answer is left out where it has answered.
  static func screen(_ check: Check, isForetelling: Bool) -> ScreenText {
    let label = label(check.status, check.id, width: labelWidth)
    guard let finding = check.finding else {
      return screen(label, check.found.map { text($0, of: check.id) } ?? "", width: labelWidth)
    }
    let isNotable = check.status == .failed || check.status == .warning
    var screen = screen(label, finding.message + (isNotable ? " [\(finding.reason)]" : ""), width: labelWidth)
    guard isNotable else { return screen }
    let margin = String(repeating: " ", count: labelWidth)
    if let hint = finding.hint { screen.append("\(margin)hint: \(hint)", indentation: labelWidth) }
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

  /// What became of a check and its id, for the columns before what it says.
  static func label(_ status: Check.Status, _ id: String, width: Int) -> String {
    // A profile may name claims as it likes, and a check is named after its claim.
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

  /// The value in the token, a date as a date too.
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
