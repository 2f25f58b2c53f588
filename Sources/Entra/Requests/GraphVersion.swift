/// A version of the Graph API, as it stands in an address.
@nonexhaustive
public enum GraphVersion: String, Sendable, Hashable, CaseIterable {
  case v1 = "v1.0"
  case beta
}
