import Foundation
import TestSupport
import Testing

/// Cases from other projects; `scripts/conformance.sh` prints what these tests judge.
@Suite("Test cases of other projects", .enabled(if: Corpora.folder != nil, Comment(rawValue: Corpora.absence)))
struct ConformanceTests {
  /// The folder for the reports, if the script asks for them.
  private static let reports = ProcessInfo.processInfo.environment["KEYROLL_CONFORMANCE_REPORT"].map {
    URL(fileURLWithPath: $0)
  }

  @Test("Every case of every corpus passes, or is in the table of skips with a reason", arguments: Corpus.all)
  func corpus(_ corpus: Corpus) throws {
    let outcomes = try corpus.outcomes(#require(Corpora.folder))
    let report = CorpusReport(corpus.name, outcomes, skips: try SkipTable.read())
    if let folder = Self.reports {
      try report.text.write(to: folder.appending(path: corpus.name), atomically: true, encoding: .utf8)
    }
    #expect(outcomes.count >= corpus.knownCaseCount)
    for problem in report.problems { Issue.record("\(problem)") }
  }

  @Test("Every corpus that the table of skips names is judged")
  func corpora() throws {
    let names = Corpus.all.map(\.name)
    for name in try SkipTable.read().corpora { #expect(names.contains(name), "\(name)") }
  }
}
