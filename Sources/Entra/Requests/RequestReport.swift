public import JOSE
public import JSONWebToken

/// What was found about a request that is to be sent: its own checks, and the report on the token in it.
public struct RequestReport: Sendable {
  public let address: RequestAddress?
  /// The time it was judged for.
  public let time: NumericDate
  public internal(set) var checks: [RequestCheck]
  /// On the proof or the assertion; nil where the body cannot be read.
  public let token: VerificationReport?

  /// The version of the JSON form; it rises when a member changes its meaning or goes.
  public static let jsonVersion: Int64 = 1

  public init(address: RequestAddress?, time: NumericDate, checks: [RequestCheck], token: VerificationReport?) {
    self.address = address
    self.time = time
    self.checks = checks
    self.token = token
  }

  /// The same with more checks, such as those of files, before the others.
  public func preceded(by checks: [RequestCheck]) -> RequestReport {
    RequestReport(address: address, time: time, checks: checks + self.checks, token: token)
  }

  /// True when there are checks, none of them failed, and the token was accepted.
  public var isAccepted: Bool {
    !checks.isEmpty && failedChecks.isEmpty && address != nil && token?.isAccepted == true
  }

  public var failedChecks: [RequestCheck] { checks.filter { $0.status == .failed } }
  public var warnings: [RequestCheck] { checks.filter { $0.status == .warning } }

  /// `version`, `accepted`, `request`, `address`, `at`, `checks`, and `token` with the report on it.
  public var json: JSONObject {
    var object: JSONObject = ["version": .integer(Self.jsonVersion), "accepted": .boolean(isAccepted)]
    object["request"] = address.map { .string(JSONString($0.requestName)) }
    object["address"] = address.map { .string(JSONString($0.description)) }
    object["at"] = .string(JSONString(time.description))
    object["checks"] = .array(checks.map { .object($0.json) })
    object["token"] = token.map { .object($0.json) }
    return object
  }
}
