public import JSON
import Messages

/// The answer of one rule about one token or draft.
public struct Check: Sendable {
  /// What became of it.
  @nonexhaustive
  public enum Status: String, Sendable, Hashable, CaseIterable {
    case passed
    case failed
    /// Accepted, but a person should know.
    case warning
    /// Not applicable, or not possible because an earlier check failed.
    case skipped
  }

  /// Which of the three verdicts of a report it belongs to.
  @nonexhaustive
  public enum Verdict: String, Sendable, Hashable, CaseIterable {
    case format, signature, claims
  }

  /// What a check that failed, warned or was skipped has to say.
  ///
  /// A reference, so that a check that passed is small to copy.
  public final class Finding: Sendable {
    /// A stable kebab-case id: what exactly is wrong.
    public let reason: String
    /// A sentence for a person, the subject first; it quotes the token as `ForeignText` does.
    public let message: String
    /// The next step, where there is one.
    public let hint: String?
    /// What the service is documented or seen to answer to such a token.
    public let serviceAnswer: String?

    public init(reason: String, message: String, hint: String? = nil, serviceAnswer: String? = nil) {
      self.reason = reason
      self.message = message
      self.hint = hint
      self.serviceAnswer = serviceAnswer
    }

    func answered(_ answer: String?) -> Finding {
      Finding(reason: reason, message: message, hint: hint, serviceAnswer: answer)
    }
  }

  /// Stable; unique in a report.
  public let id: String
  public let verdict: Verdict
  public let status: Status
  /// True when a token is accepted only if this check passed or warned.
  public let isRequired: Bool
  /// What stands in the token, where one value is judged.
  public let found: JSONValue?
  public let finding: Finding?

  public init(id: String, verdict: Verdict, status: Status, isRequired: Bool, found: JSONValue?, finding: Finding?) {
    self.id = id
    self.verdict = verdict
    self.status = status
    self.isRequired = isRequired
    self.found = found
    self.finding = finding
  }
}

extension Check {
  /// The names of what is wrong with the token, the most exact first: `id:reason`, the reason, the id.
  ///
  /// Empty unless it failed, and where it failed for want of something to judge by, not by the token's fault.
  package var faultNames: [String] {
    guard status == .failed, let reason = finding?.reason, Reason(rawValue: reason)?.isOfToken ?? true else {
      return []
    }
    return ["\(id):\(reason)", reason, id]
  }

  public static func passed(
    _ id: String, _ verdict: Verdict, isRequired: Bool = false, found: JSONValue? = nil
  ) -> Check {
    Check(id: id, verdict: verdict, status: .passed, isRequired: isRequired, found: found, finding: nil)
  }

  public static func failed(
    _ id: String, _ verdict: Verdict, _ reason: Reason, _ message: String, hint: String? = nil,
    found: JSONValue? = nil
  ) -> Check {
    Check(
      id: id, verdict: verdict, status: .failed, isRequired: false, found: found,
      finding: Finding(reason: reason.rawValue, message: message, hint: hint))
  }

  public static func warning(
    _ id: String, _ verdict: Verdict, _ reason: Reason, _ message: String, hint: String? = nil,
    isRequired: Bool = false, found: JSONValue? = nil
  ) -> Check {
    Check(
      id: id, verdict: verdict, status: .warning, isRequired: isRequired, found: found,
      finding: Finding(reason: reason.rawValue, message: message, hint: hint))
  }

  public static func skipped(
    _ id: String, _ verdict: Verdict, _ reason: Reason, _ message: String, isRequired: Bool = false
  ) -> Check {
    Check(
      id: id, verdict: verdict, status: .skipped, isRequired: isRequired, found: nil,
      finding: Finding(reason: reason.rawValue, message: message, hint: nil))
  }

  /// A failure, or under lenient rules a warning with the same finding.
  static func irregular(
    _ id: String, _ verdict: Verdict, isTolerated: Bool, _ reason: Reason, _ message: String,
    hint: String? = nil, found: JSONValue? = nil
  ) -> Check {
    isTolerated
      ? warning(id, verdict, reason, message, hint: hint, found: found)
      : failed(id, verdict, reason, message, hint: hint, found: found)
  }
}

extension Check.Finding: Hashable {
  public static func == (left: Check.Finding, right: Check.Finding) -> Bool { left.parts == right.parts }

  public func hash(into hasher: inout Hasher) { hasher.combine(parts) }

  private var parts: [String?] { [reason, message, hint, serviceAnswer] }
}
