public import Signing

/// One rule that a backend broke.
public struct ConformanceFinding: Sendable, Hashable, CustomStringConvertible {
  public let rule: ConformanceRule
  /// The algorithm the key was opened for, where the rule is about one.
  public let algorithm: SignatureAlgorithm?
  /// What was seen instead.
  public let observation: String

  public init(rule: ConformanceRule, algorithm: SignatureAlgorithm?, observation: String) {
    self.rule = rule
    self.algorithm = algorithm
    self.observation = observation
  }

  public var description: String {
    "\(rule.rawValue)\(algorithm.map { " with \($0.rawValue)" } ?? ""): \(observation)"
  }
}
