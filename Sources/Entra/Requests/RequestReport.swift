import Encodings
public import JSON
public import Tokens

/// What was found about a request that is to be sent: its own checks, and the report on the token in it.
public struct RequestReport: Sendable {
  public let address: RequestAddress?
  /// The time it was judged for.
  public let time: NumericDate
  public internal(set) var checks: [RequestCheck]
  /// On the proof or the assertion; nil where the body cannot be read.
  public let token: VerificationReport?
  /// What the request asks for; nil where the body cannot be read.
  public let values: RequestValues?

  /// The version of the JSON form; it rises when a member changes its meaning or goes.
  public static let jsonVersion: Int64 = 1

  public init(
    address: RequestAddress?, time: NumericDate, checks: [RequestCheck], token: VerificationReport?,
    values: RequestValues? = nil
  ) {
    self.address = address
    self.time = time
    self.checks = checks
    self.token = token
    self.values = values
  }

  /// The answer in one word.
  @nonexhaustive
  public enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// It can be sent now.
    case accepted
    /// Nothing stands against it, but its window is not open yet.
    case notYetValid = "not-yet-valid"
    case rejected
  }

  public var verdict: Verdict { isAccepted ? opening == nil ? .accepted : .notYetValid : .rejected }

  /// When the window of an accepted token opens; nil where it is open, or over, or not known.
  public var opening: NumericDate? {
    guard let start = token?.verifiedToken.flatMap({ TokenWindow($0.claims).start }), time < start else { return nil }
    return start
  }

  /// The same with more checks, such as those of files, before the others.
  public func preceded(by checks: [RequestCheck]) -> RequestReport {
    RequestReport(address: address, time: time, checks: checks + self.checks, token: token, values: values)
  }

  /// True when it can be sent, now or in its window: there are checks, none of them failed, and the token was accepted.
  public var isAccepted: Bool {
    !checks.isEmpty && failedChecks.isEmpty && address != nil && token?.isAccepted == true
  }

  public var failedChecks: [RequestCheck] { checks.filter { $0.status == .failed } }
  public var warnings: [RequestCheck] { checks.filter { $0.status == .warning } }

  /// `version`, `accepted`, `verdict`, `request`, `address`, `at`, `values`, `checks`, and `token` with the report on it.
  public var json: JSONObject {
    var object: JSONObject = ["version": .integer(Self.jsonVersion), "accepted": .boolean(isAccepted)]
    object["verdict"] = .string(ExactText(verdict.rawValue))
    object["request"] = address.map { .string(ExactText($0.requestName)) }
    object["address"] = address.map { .string(ExactText($0.description)) }
    object["at"] = .string(ExactText(time.description))
    object["values"] = values.map { .object($0.json) }
    object["checks"] = .array(checks.map { .object($0.json) })
    object["token"] = token.map { .object($0.json) }
    return object
  }
}
