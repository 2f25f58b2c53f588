/// Whether a claim belongs into a token.
@nonexhaustive
public enum Presence: String, Sendable, Hashable, CaseIterable {
  case required, optional, forbidden
}
