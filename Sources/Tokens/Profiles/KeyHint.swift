/// A header name by which the receiver finds the key (RFC 7515, section 4.1).
@nonexhaustive
public enum KeyHint: String, Sendable, Hashable, CaseIterable {
  case kid = "kid"
  case x5t = "x5t"
  case x5tS256 = "x5t#S256"
  case x5c = "x5c"

  /// The hint of this exact name.
  public init?(name: String) {
    guard let match = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else { return nil }
    self = match
  }
}
