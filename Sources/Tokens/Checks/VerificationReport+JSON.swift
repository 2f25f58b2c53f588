import Encodings
public import JSON

extension VerificationReport {
  /// The version of the JSON form; it rises when a member changes its meaning or goes.
  public static let jsonVersion: Int64 = 1

  /// The report for programs: `version`, `accepted`, `profile`, `at`, `lenient`, `verdicts`, `checks`.
  public var json: JSONObject {
    var verdicts = JSONObject()
    for verdict in Check.Verdict.allCases {
      verdicts[ExactText(verdict.rawValue)] = .boolean(isAccepted(verdict))
    }
    return [
      "version": .integer(Self.jsonVersion),
      "accepted": .boolean(isAccepted),
      "profile": .string(ExactText(profileID)),
      "at": .string(ExactText(time.description)),
      "lenient": .boolean(isLenient),
      "verdicts": .object(verdicts),
      "checks": .array(checks.map { .object($0.json) }),
    ]
  }
}

extension Check {
  /// `id`, `verdict`, `status`, and where they apply `found`, `reason`, `message`, `hint`, `service`.
  public var json: JSONObject {
    var object: JSONObject = [
      "id": .string(ExactText(id)),
      "verdict": .string(ExactText(verdict.rawValue)),
      "status": .string(ExactText(status.rawValue)),
    ]
    object["found"] = found
    object["reason"] = finding.map { .string(ExactText($0.reason)) }
    object["message"] = finding.map { .string(ExactText($0.message)) }
    object["hint"] = finding?.hint.map { .string(ExactText($0)) }
    object["service"] = finding?.serviceAnswer.map { .string(ExactText($0)) }
    return object
  }
}
