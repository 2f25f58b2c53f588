import Keyroll

/// A verification report for a person: the answer first, then every check in its order, then what to do.
struct ReportText: CustomStringConvertible {
  let description: String

  init(_ report: VerificationReport) {
    var lines = [
      "\(report.isAccepted ? "ACCEPTED" : "REJECTED")  \(report.profileID), judged for \(report.time)"
        + (report.isLenient ? ", leniently" : "") + Self.count(report.failedChecks, "failed")
        + Self.count(report.warnings, "warned")
    ]
    for verdict in Check.Verdict.allCases {
      lines.append("")
      lines.append("\(verdict.rawValue): \(report.isAccepted(verdict) ? "accepted" : "rejected")")
      for check in report.checks where check.verdict == verdict { lines += Self.lines(check, isForetelling: true) }
    }
    description = lines.map { EscapedText($0).description + "\n" }.joined()
  }

  /// The lines of one check, not yet escaped; what the service would answer is left out where it has answered.
  static func lines(_ check: Check, isForetelling: Bool) -> [String] {
    let label = "  \(padded(label(check.status), 8)) \(padded(check.id, 21)) "
    guard let finding = check.finding else {
      return [trimmed(label + (check.found.map { text($0, of: check.id) } ?? ""))]
    }
    let isNotable = check.status == .failed || check.status == .warning
    var lines = [label + finding.message + (isNotable ? " [\(finding.reason)]" : "")]
    guard isNotable else { return lines }
    let indentation = String(repeating: " ", count: 33)
    if let hint = finding.hint { lines.append("\(indentation)hint: \(hint)") }
    if isForetelling, let answer = finding.serviceAnswer {
      lines.append("\(indentation)the service would answer: \(answer)")
    }
    return lines
  }

  static func label(_ status: Check.Status) -> String {
    switch status {
    case .passed: "passed"
    case .failed: "FAILED"
    case .warning: "warning"
    case .skipped: "skipped"
    @unknown default: status.rawValue
    }
  }

  /// What stands in the token, a date as a date.
  private static func text(_ value: JSONValue, of id: String) -> String {
    if let string = value.string { return string.text }
    let text = JSONWriter.text(value)
    guard let seconds = value.number?.roundedUp else { return text }
    switch JSONString(id) {
    case "iat", "nbf", "exp": return "\(text) = \(NumericDate(seconds: seconds))"
    case "lifetime": return "\(text) s"
    default: return text
    }
  }

  private static func count(_ checks: [Check], _ what: String) -> String {
    checks.isEmpty ? "" : ", \(checks.count) \(checks.count == 1 ? "check" : "checks") \(what)"
  }

  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }

  private static func trimmed(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }
}
