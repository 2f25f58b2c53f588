public import JSON

/// One rule about a header or claims: the same when issuing and when verifying; it answers and never throws.
public protocol ClaimRule: Sendable {
  /// Stable and kebab-case, or the name of the claim it judges.
  var id: String { get }
  var verdict: Check.Verdict { get }
  /// Judges the draft at a time; the check it returns carries `id` and `verdict`.
  func check(_ draft: TokenDraft, at time: NumericDate) -> Check
}

extension ClaimRule {
  public var verdict: Check.Verdict { .claims }
}

// The answers of a rule, with its own id and verdict.
extension ClaimRule {
  public func passed(isRequired: Bool = false, found: JSONValue? = nil) -> Check {
    .passed(id, verdict, isRequired: isRequired, found: found)
  }

  public func failed(_ reason: Check.Reason, _ message: String, hint: String? = nil, found: JSONValue? = nil) -> Check {
    .failed(id, verdict, reason, message, hint: hint, found: found)
  }

  public func warning(
    _ reason: Check.Reason, _ message: String, hint: String? = nil, isRequired: Bool = false, found: JSONValue? = nil
  ) -> Check {
    .warning(id, verdict, reason, message, hint: hint, isRequired: isRequired, found: found)
  }

  public func skipped(_ reason: Check.Reason, _ message: String) -> Check { .skipped(id, verdict, reason, message) }

  /// A failure, or where it is tolerated a warning with the same finding.
  public func irregular(
    isTolerated: Bool, _ reason: Check.Reason, _ message: String, hint: String? = nil, found: JSONValue? = nil
  ) -> Check {
    .irregular(id, verdict, isTolerated: isTolerated, reason, message, hint: hint, found: found)
  }
}
