public import Signing

/// Which algorithms a token may have (RFC 8725, section 3.1).
public struct AlgorithmPolicy: Sendable, Hashable {
  /// What is used when nobody chooses; one of `allowed`.
  public let preferred: SignatureAlgorithm
  public let allowed: [SignatureAlgorithm]
  /// What is used when asked for by name, with a warning that nothing documents it.
  public let unproven: [SignatureAlgorithm]

  /// The first of `allowed` is preferred; nil when it is empty.
  public init?(_ allowed: [SignatureAlgorithm], unproven: [SignatureAlgorithm] = []) {
    guard let first = allowed.first else { return nil }
    self.init(preferring: first, Array(allowed.dropFirst()), unproven: unproven)
  }

  public init(
    preferring preferred: SignatureAlgorithm, _ others: [SignatureAlgorithm] = [], unproven: [SignatureAlgorithm] = []
  ) {
    self.preferred = preferred
    allowed = [preferred] + others
    self.unproven = unproven
  }

  var names: String { (allowed + unproven).map(\.rawValue).joined(separator: ", ") }
}
