import Encodings
public import JSON
public import Messages
public import Tokens

/// The answer of one check of a request that is to be sent.
public struct RequestCheck: Sendable {
  /// Stable; unique in a report.
  public let id: String
  public let status: Check.Status
  /// What was found, for a person: escape it before it reaches a terminal.
  public let found: String?
  public let finding: Check.Finding?

  private init(_ id: String, _ status: Check.Status, found: String? = nil, finding: Check.Finding? = nil) {
    self.id = id
    self.status = status
    self.found = found
    self.finding = finding
  }

  public static func passed(_ id: String, found: String? = nil) -> RequestCheck {
    RequestCheck(id, .passed, found: found)
  }

  public static func failed(_ id: String, _ error: RequestError) -> RequestCheck {
    RequestCheck(id, .failed, finding: error.finding)
  }

  public static func warning(_ id: String, _ error: RequestError) -> RequestCheck {
    RequestCheck(id, .warning, finding: error.finding)
  }

  public static func skipped(_ id: String, _ reason: Check.Reason, _ message: String) -> RequestCheck {
    RequestCheck(id, .skipped, finding: Check.Finding(reason: reason.rawValue, message: message))
  }

  /// `id`, `status`, and where they apply `found`, `reason`, `message`, `hint`.
  public var json: JSONObject {
    var object: JSONObject = ["id": .string(ExactText(id)), "status": .string(ExactText(status.rawValue))]
    object["found"] = found.map { .string(ExactText($0)) }
    object["reason"] = finding.map { .string(ExactText($0.reason)) }
    object["message"] = finding.map { .string(ExactText($0.message)) }
    object["hint"] = finding?.hint.map { .string(ExactText($0)) }
    return object
  }
}

extension RequestError {
  fileprivate var finding: Check.Finding { Check.Finding(reason: id, message: message, hint: hint) }

  /// Speaks for the first of the checks that failed, or is nil.
  public init?(failed checks: [RequestCheck]) {
    guard let finding = checks.first(where: { $0.status == .failed })?.finding else { return nil }
    self.init(id: finding.reason, finding.message, hint: finding.hint)
  }
}
