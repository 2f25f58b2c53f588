/// What becomes of claims that a profile does not know.
@nonexhaustive
public enum OtherClaims: String, Sendable, Hashable, CaseIterable {
  case allowed
  /// Accepted with a warning.
  case reported
  case refused
}
