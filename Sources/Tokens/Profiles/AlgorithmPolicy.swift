public import Signing

/// Which algorithms a token may have (RFC 8725, section 3.1).
public struct AlgorithmPolicy: Sendable, Hashable {
  /// What is used when nobody chooses; one of `allowed`.
  public let preferred: SignatureAlgorithm
  public let allowed: [SignatureAlgorithm]
  /// What is used only when asked for by name, with a warning that nothing documents it.
  public let unproven: [SignatureAlgorithm]
  /// What somebody asked for by name; empty when nobody did.
  public private(set) var asked: [SignatureAlgorithm] = []

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

  /// The same policy for somebody who names algorithms: only those, and unproven ones among them.
  public func asking(for names: [SignatureAlgorithm]) -> AlgorithmPolicy {
    var policy = self
    policy.asked = names
    return policy
  }

  private var usable: [SignatureAlgorithm] {
    asked.isEmpty ? allowed : (allowed + unproven).filter(asked.contains)
  }

  /// What a token should have been signed with.
  var wanted: SignatureAlgorithm { usable.first ?? preferred }

  /// For messages: what may be used now.
  var restriction: String {
    usable.isEmpty
      ? "\(Self.list(asked)) was asked for, where only \(Self.list(allowed)) may be used"
      : "only \(Self.list(usable)) may be used"
  }

  private static func list(_ algorithms: [SignatureAlgorithm]) -> String {
    algorithms.map(\.rawValue).joined(separator: ", ")
  }
}
