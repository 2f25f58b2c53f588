import Foundation
import TestSupport

/// `Tests/conformance-skips.tsv`: the cases that are known to miss, each with the reason why that is right.
struct SkipTable {
  /// A row that does not have three columns, or is repeated.
  struct MalformedRow: Error { let row: String }

  /// The reasons, by corpus and case.
  private let reasons: [String: [String: String]]

  init(_ text: String) throws {
    var reasons: [String: [String: String]] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard columns.count == 3, columns.allSatisfy({ !$0.isEmpty }),
        reasons[columns[0], default: [:]].updateValue(columns[2], forKey: columns[1]) == nil
      else { throw MalformedRow(row: String(line)) }
    }
    self.reasons = reasons
  }

  static func read() throws -> SkipTable {
    try SkipTable(String(contentsOf: checkout.appending(path: "Tests/conformance-skips.tsv"), encoding: .utf8))
  }

  /// The reasons of one corpus, by case.
  func reasons(in corpus: String) -> [String: String] { reasons[corpus] ?? [:] }

  var corpora: [String] { reasons.keys.sorted() }
}
