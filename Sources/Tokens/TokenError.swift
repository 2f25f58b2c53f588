public import Messages
import Signing

/// A token that was not made: the draft was refused, the key failed, or the result did not pass the verifier.
public struct TokenError: DiagnosticError {
  /// The reason of the first failed check, or one of `ids`.
  public let id: String
  public let message: String
  public let hint: String?
  /// Every check that failed, the first of which gave the message.
  public let failedChecks: [Check]

  /// The ids that are not reasons of checks.
  public static let ids = ["key-mismatch", "token-refused"]

  init(id: String, _ message: String, hint: String? = nil, failedChecks: [Check] = []) {
    self.id = id
    self.message = message
    self.hint = hint
    self.failedChecks = failedChecks
  }

  /// Speaks for checks that failed.
  init(_ subject: String, _ failedChecks: [Check]) {
    let finding = failedChecks.first?.finding
    let others = failedChecks.count > 1 ? " (and \(failedChecks.count - 1) more)" : ""
    self.init(
      id: finding?.reason ?? "token-refused", "\(subject): \(finding?.message ?? "not accepted")\(others)",
      hint: finding?.hint ?? finding?.serviceAnswer.map { "the service would answer: \($0)" },
      failedChecks: failedChecks)
  }

  /// Throws for a draft that has a failed check, before any key is used.
  static func throwIfRefused(
    _ checks: [Check], _ subject: String = "the token was not signed"
  ) throws(TokenError) {
    let refused = checks.filter { $0.status == .failed }
    if !refused.isEmpty { throw TokenError(subject, refused) }
  }

  init(_ error: some DiagnosticError) {
    self.init(id: error.id, error.message, hint: error.hint)
  }
}
