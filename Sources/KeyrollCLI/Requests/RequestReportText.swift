import Keyroll

/// A report on a request for a person: the answer first, its own checks, then the report on its token.
struct RequestReportText: CustomStringConvertible {
  let description: String

  init(_ report: RequestReport) {
    let name = report.address?.requestName ?? "unknown request"
    var lines = [
      "\(report.isAccepted ? "ACCEPTED" : "REJECTED")  request \(name), judged for \(report.time)"
        + (report.verdict == .notYetValid ? ", not open yet" : "")
        + Self.count(report.failedChecks, "failed") + Self.count(report.warnings, "warned"),
      "",
    ]
    let head = lines.map { EscapedText($0).description + "\n" }.joined()
    let values = report.values.map { RequestValuesText($0).fields.text + "\n" } ?? ""
    lines = report.checks.flatMap(Self.lines)
    let own = lines.map { EscapedText($0).description + "\n" }.joined()
    description = head + values + own + (report.token.map { "\n\(ReportText($0))" } ?? "")
  }

  private static func lines(_ check: RequestCheck) -> [String] {
    let label = "  \(ReportText.padded(ReportText.label(check.status), 8)) \(ReportText.padded(check.id, 26)) "
    guard let finding = check.finding else {
      return [check.found.map { label + $0 } ?? "  \(ReportText.padded(ReportText.label(check.status), 8)) \(check.id)"]
    }
    let isNotable = check.status == .failed || check.status == .warning
    let hint = isNotable ? finding.hint.map { String(repeating: " ", count: 38) + "hint: \($0)" } : nil
    return [label + finding.message + (isNotable ? " [\(finding.reason)]" : "")] + [hint].compactMap(\.self)
  }

  private static func count(_ checks: [RequestCheck], _ what: String) -> String {
    checks.isEmpty ? "" : ", \(checks.count) \(checks.count == 1 ? "check" : "checks") \(what)"
  }
}
