/// The result of one case of a corpus.
struct CorpusOutcome: Sendable {
  /// The source of the rule for how a case has to end.
  enum Standard: Sendable {
    /// Its label, as the corpora's README reads it.
    case label
    /// One of the README's rulings on cases whose label leaves it open.
    case ruling
    /// No rule: it must not crash, and its result must not contradict itself.
    case unscored
  }

  let caseName: String
  let standard: Standard
  /// The expected result, for a person.
  let expected: String
  /// The actual result, for a person.
  let found: String
  let isPass: Bool

  init(_ caseName: String, _ standard: Standard = .label, expected: String, found: String, isPass: Bool) {
    self.caseName = caseName
    self.standard = standard
    self.expected = expected
    self.found = found
    self.isPass = isPass
  }

  /// Passes if both texts are the same.
  init(_ caseName: String, _ standard: Standard = .label, expected: String, found: String) {
    self.init(caseName, standard, expected: expected, found: found, isPass: expected == found)
  }
}
