import JSON
import Tokens

extension VerificationReport {
  /// Throws `BrokenProperty` unless the report is what every report must be, whatever was judged.
  func requireSound() throws {
    try require(isAccepted == (verifiedToken != nil), "an accepted token, and no other, is handed out")
    if isAccepted {
      try require(failedChecks.isEmpty, "an accepted token has no failed check")
      try require(
        checks.contains { $0.id == "signature" && $0.status == .passed }, "an accepted token has a good signature")
      for verdict in Check.Verdict.allCases {
        try require(isAccepted(verdict), "an accepted token is accepted in \(verdict.rawValue)")
      }
    }
    try require(!checks.isEmpty, "a report has checks")
    try require(Set(checks.map(\.id)).count == checks.count, "no check occurs twice")
    for check in failedChecks {
      let finding = try require(check.finding, "failed check \(check.id) says why")
      try require(
        finding.hint != nil || finding.serviceAnswer != nil,
        "failed check \(check.id):\(finding.reason) says what to do or what the service would answer")
    }
    do throws(JSONError) { _ = try JSONReader.object(JSONWriter.bytes(json).span) } catch {
      // The token's own values are in it, once for each check that names them.
      try require(
        [.tooLarge, .tooDeep, .tooManyElements].contains(error.code), "a report is written as JSON: \(error.message)")
    }
  }
}
