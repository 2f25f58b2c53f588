import Keyroll

/// A report on a request for a person: the answer, its own checks, the report on its token, and the answer again.
struct RequestReportText {
  let screen: ScreenText

  /// The columns before what a check says.
  private static let labelWidth = 38

  init(_ report: RequestReport) {
    let answer =
      "\(ReportText.answer(report.isAccepted))  request \(report.address?.requestName ?? "of an unknown kind"), judged for "
      + "\(report.time)\(report.verdict == .notYetValid ? ", not open yet" : "")"
    let counts =
      ReportText.count(report.failedChecks.count, "failed") + ReportText.count(report.warnings.count, "warned")
    var screen = ScreenText([answer + counts, ""])
    if let values = report.values {
      screen.append(RequestValuesText(values).fields.screen)
      screen.append("")
    }
    for check in report.checks { screen.append(Self.screen(check)) }
    if let token = report.token {
      screen.append("")
      screen.append(ReportText(token).part)
    }
    screen.append(ScreenText(["", answer]))
    self.screen = screen
  }

  private static func screen(_ check: RequestCheck) -> ScreenText {
    let label = ReportText.label(check.status, check.id, width: labelWidth)
    guard let finding = check.finding else {
      // A sentence of ours with what was found in it, which is not shown longer than a value of its own.
      let found = check.found.map { ForeignText(json: $0).description } ?? ""
      return ReportText.screen(label, found, width: labelWidth)
    }
    let isNotable = check.status == .failed || check.status == .warning
    var screen = ReportText.screen(
      label, finding.message + (isNotable ? " [\(finding.reason)]" : ""), width: labelWidth)
    if isNotable, let hint = finding.hint {
      screen.append(String(repeating: " ", count: labelWidth) + "hint: \(hint)", indentation: labelWidth)
    }
    return screen
  }
}
