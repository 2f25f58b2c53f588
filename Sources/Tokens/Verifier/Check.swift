import Encodings
public import JSON
public import Messages

/// The result of one rule about one token or draft, or about one request with a token.
public struct Check: Sendable {
  /// How it ended.
  @nonexhaustive
  public enum Status: String, Sendable, Hashable, CaseIterable {
    /// Nothing is wrong.
    case passed
    /// The token or request is rejected.
    case failed
    /// Accepted, but a person should know.
    case warning
    /// Not applicable, or not possible because an earlier check failed.
    case skipped
  }

  /// The verdict of a report that it belongs to.
  @nonexhaustive
  public enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// The outer form of the token; its header, key and signature; its claims.
    case format, signature, claims
  }

  /// The details of a check that failed, warned or was skipped.
  ///
  /// A reference, so that a check that passed is small to copy.
  public final class Finding: Sendable {
    /// A stable kebab-case id for the exact reason.
    public let reason: String
    /// A sentence for a person, the subject first; it quotes the token as `ForeignText` does.
    public let message: String
    /// The next step, if there is one.
    public let hint: String?
    /// The documented or observed answer of the service to such a token.
    public let serviceAnswer: String?

    public init(reason: String, message: String, hint: String? = nil, serviceAnswer: String? = nil) {
      self.reason = reason
      self.message = message
      self.hint = hint
      self.serviceAnswer = serviceAnswer
    }

    /// The message of an error, under its id.
    public convenience init(_ error: some DiagnosticError) {
      self.init(reason: error.id, message: error.message, hint: error.hint)
    }

    func answered(_ answer: String?) -> Finding {
      Finding(reason: reason, message: message, hint: hint, serviceAnswer: answer)
    }
  }

  /// Stable; unique in a report.
  public let id: String
  /// Nil if the check is about a request and not about the token in it.
  public let verdict: Verdict?
  /// How the check ended.
  public let status: Status
  /// True if a token is accepted only if this check passed or warned.
  public let isRequired: Bool
  /// The value in the token or the request; nil if the check is not about one value.
  public let found: JSONValue?
  /// Why it did not pass; nil if it passed.
  public let finding: Finding?

  public init(
    id: String, verdict: Verdict?, status: Status, isRequired: Bool, found: JSONValue?, finding: Finding?
  ) {
    self.id = id
    self.verdict = verdict
    self.status = status
    self.isRequired = isRequired
    self.found = found
    self.finding = finding
  }
}

extension Check {
  /// The names of the mistake in the token, the most exact first: `id:reason`, the reason, the id.
  ///
  /// Empty unless it failed. Empty too if it failed because there was nothing to judge by, which is not a mistake of
  /// the token.
  package var faultNames: [String] {
    guard status == .failed, let reason = finding?.reason, Reason(rawValue: reason)?.isOfToken ?? true else {
      return []
    }
    return ["\(id):\(reason)", reason, id]
  }

  /// The same for a warning. A mistake that is tolerated here may be the reason why a service refused the token.
  ///
  /// A tolerated value is also a mismatch, as it would be if nothing were tolerated.
  package var toleratedNames: [String] {
    guard status == .warning, let reason = finding?.reason, Reason(rawValue: reason)?.isOfToken ?? true else {
      return []
    }
    let mismatch = reason.utf8.elementsEqual(Reason.claimTolerated.rawValue.utf8) ? [Reason.claimMismatch.rawValue] : []
    return ([reason] + mismatch).flatMap { ["\(id):\($0)", $0] } + [id]
  }

  /// A check that passed.
  public static func passed(
    _ id: String, _ verdict: Verdict? = nil, isRequired: Bool = false, found: JSONValue? = nil
  ) -> Check {
    Check(id: id, verdict: verdict, status: .passed, isRequired: isRequired, found: found, finding: nil)
  }

  /// A check that failed.
  public static func failed(
    _ id: String, _ verdict: Verdict, _ reason: Reason, _ message: String, hint: String? = nil,
    found: JSONValue? = nil
  ) -> Check {
    Check(
      id: id, verdict: verdict, status: .failed, isRequired: false, found: found,
      finding: Finding(reason: reason.rawValue, message: message, hint: hint))
  }

  /// A check that passed with a warning.
  public static func warning(
    _ id: String, _ verdict: Verdict, _ reason: Reason, _ message: String, hint: String? = nil,
    isRequired: Bool = false, found: JSONValue? = nil
  ) -> Check {
    Check(
      id: id, verdict: verdict, status: .warning, isRequired: isRequired, found: found,
      finding: Finding(reason: reason.rawValue, message: message, hint: hint))
  }

  /// A check that was not made.
  public static func skipped(
    _ id: String, _ verdict: Verdict, _ reason: Reason, _ message: String, isRequired: Bool = false
  ) -> Check {
    Check(
      id: id, verdict: verdict, status: .skipped, isRequired: isRequired, found: nil,
      finding: Finding(reason: reason.rawValue, message: message, hint: nil))
  }

  /// A failure; under lenient rules a warning with the same finding.
  static func irregular(
    _ id: String, _ verdict: Verdict, isTolerated: Bool, _ reason: Reason, _ message: String,
    hint: String? = nil, found: JSONValue? = nil
  ) -> Check {
    isTolerated
      ? warning(id, verdict, reason, message, hint: hint, found: found)
      : failed(id, verdict, reason, message, hint: hint, found: found)
  }
}

// Checks about a request, which belong to no verdict of a token.
extension Check {
  /// The value is text for a person here: escape it before it reaches a terminal.
  public static func passed(_ id: String, found: String?) -> Check {
    .passed(id, found: found.map { JSONValue.string(ExactText($0)) })
  }

  /// A check of a request that failed with this error.
  public static func failed(_ id: String, _ error: some DiagnosticError) -> Check {
    Check(id: id, verdict: nil, status: .failed, isRequired: false, found: nil, finding: Finding(error))
  }

  /// A check of a request that passed, with this error as a warning.
  public static func warning(_ id: String, _ error: some DiagnosticError) -> Check {
    Check(id: id, verdict: nil, status: .warning, isRequired: false, found: nil, finding: Finding(error))
  }

  /// A check of a request that was not made.
  public static func skipped(_ id: String, _ reason: Reason, _ message: String) -> Check {
    Check(
      id: id, verdict: nil, status: .skipped, isRequired: false, found: nil,
      finding: Finding(reason: reason.rawValue, message: message))
  }
}

extension Check.Finding: Hashable {
  public static func == (left: Check.Finding, right: Check.Finding) -> Bool { left.parts == right.parts }

  public func hash(into hasher: inout Hasher) { hasher.combine(parts) }

  private var parts: [String?] { [reason, message, hint, serviceAnswer] }
}

extension Check {
  /// `id`, `status`, and if they apply `verdict`, `found`, `reason`, `message`, `hint`, `service`.
  public var json: JSONObject {
    var object: JSONObject = ["id": .string(ExactText(id))]
    object["verdict"] = verdict.map { .string(ExactText($0.rawValue)) }
    object["status"] = .string(ExactText(status.rawValue))
    object["found"] = found
    object["reason"] = finding.map { .string(ExactText($0.reason)) }
    object["message"] = finding.map { .string(ExactText($0.message)) }
    object["hint"] = finding?.hint.map { .string(ExactText($0)) }
    object["service"] = finding?.serviceAnswer.map { .string(ExactText($0)) }
    return object
  }
}

/// One rule about a header or claims, the same for issuing and verifying; it returns a check and never throws.
public protocol ClaimRule: Sendable {
  /// Stable and kebab-case, or the name of the claim it judges.
  var id: String { get }
  /// The verdict of the report that the check belongs to.
  var verdict: Check.Verdict { get }
  /// Judges the draft at a time; the check it returns carries `id` and `verdict`.
  func check(_ draft: TokenDraft, at time: NumericDate) -> Check
}

extension ClaimRule {
  /// The verdict on the claims.
  public var verdict: Check.Verdict { .claims }
}

// The checks of a rule, with its own id and verdict.
extension ClaimRule {
  /// This rule passed.
  public func passed(isRequired: Bool = false, found: JSONValue? = nil) -> Check {
    .passed(id, verdict, isRequired: isRequired, found: found)
  }

  /// This rule failed.
  public func failed(_ reason: Check.Reason, _ message: String, hint: String? = nil, found: JSONValue? = nil) -> Check {
    .failed(id, verdict, reason, message, hint: hint, found: found)
  }

  /// This rule passed with a warning.
  public func warning(
    _ reason: Check.Reason, _ message: String, hint: String? = nil, isRequired: Bool = false, found: JSONValue? = nil
  ) -> Check {
    .warning(id, verdict, reason, message, hint: hint, isRequired: isRequired, found: found)
  }

  /// This rule did not judge the token.
  public func skipped(_ reason: Check.Reason, _ message: String) -> Check { .skipped(id, verdict, reason, message) }

  /// A failure; if it is tolerated, a warning with the same finding.
  public func irregular(
    isTolerated: Bool, _ reason: Check.Reason, _ message: String, hint: String? = nil, found: JSONValue? = nil
  ) -> Check {
    .irregular(id, verdict, isTolerated: isTolerated, reason, message, hint: hint, found: found)
  }
}
