import Foundation

/// One judged corpus: its line, its misses, and whether the table of skips lists exactly these.
struct CorpusReport {
  private let name: String
  private let outcomes: [CorpusOutcome]
  private let reasons: [String: String]

  init(_ name: String, _ outcomes: [CorpusOutcome], skips: SkipTable) {
    self.name = name
    self.outcomes = outcomes
    reasons = skips.reasons(in: name)
  }

  private var misses: [CorpusOutcome] { outcomes.filter { !$0.isPass } }

  /// Everything that makes the run fail: a miss without a reason, a reason without a miss, two cases of one
  /// name.
  var problems: [String] {
    let missed = Set(misses.map(\.caseName))
    let names = Set(outcomes.map(\.caseName))
    var problems = misses.filter { reasons[$0.caseName] == nil }.map(Self.description)
    for skipped in reasons.keys.sorted() where !missed.contains(skipped) {
      problems.append(
        "\(skipped) is in the table of skips, and \(names.contains(skipped) ? "does not miss" : "is not a case")")
    }
    if names.count < outcomes.count { problems.append("two cases have the same name") }
    return problems
  }

  /// `NAME passed/total`, then the cases that the labels leave open.
  var line: String {
    func count(_ standard: CorpusOutcome.Standard) -> (passed: Int, total: Int) {
      let own = outcomes.filter { $0.standard == standard }
      return (own.filter(\.isPass).count, own.count)
    }
    let (labelled, ruled, unscored) = (count(.label), count(.ruling), count(.unscored))
    var line = "\(name) \(labelled.passed)/\(labelled.total)"
    if ruled.total > 0 { line += ", rulings \(ruled.passed)/\(ruled.total)" }
    if unscored.total > 0 { line += ", unscored \(unscored.total), none crashed" }
    return line
  }

  /// The line, then two for each miss, then what is wrong with the table.
  var text: String {
    let known = misses.filter { reasons[$0.caseName] != nil }.map { miss in
      "  known  \(Self.description(miss))\n         \(reasons[miss.caseName] ?? "")"
    }
    return ([line] + known + problems.map { "  WRONG  \($0)" }).map { $0 + "\n" }.joined()
  }

  private static func description(_ miss: CorpusOutcome) -> String {
    "\(miss.caseName): expected \(miss.expected), got \(miss.found)"
  }
}
