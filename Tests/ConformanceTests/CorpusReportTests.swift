import Testing

@Suite struct CorpusReportTests {
  private static let outcomes = [
    CorpusOutcome("a", expected: "accepted", found: "accepted"),
    CorpusOutcome("b", expected: "refused", found: "accepted"),
    CorpusOutcome("c", .ruling, expected: "refused", found: "refused"),
    CorpusOutcome("d", .unscored, expected: "any answer", found: "refused", isPass: true),
  ]

  private func report(_ table: String) throws -> CorpusReport {
    CorpusReport("letters", Self.outcomes, skips: try SkipTable(table))
  }

  @Test("The line counts cases by label, by ruling, and those with neither")
  func line() throws {
    #expect(try report("").line == "letters 1/2, rulings 1/1, unscored 1, none crashed")
  }

  @Test(
    "A miss without a reason is a problem, and so is a reason without a miss",
    arguments: [
      ("", ["b: expected refused, got accepted"]), ("# corpus\tcase\treason\nletters\tb\twhy\n", []),
      ("others\tb\twhy\n", ["b: expected refused, got accepted"]),
      ("letters\tb\twhy\nletters\ta\twhy\n", ["a is in the table of skips, and does not miss"]),
      ("letters\tb\twhy\nletters\tx\twhy\n", ["x is in the table of skips, and is not a case"]),
    ])
  func problems(_ table: String, _ problems: [String]) throws {
    #expect(try report(table).problems == problems)
  }

  @Test("Two cases of one name are a problem, so that no skip covers both")
  func ambiguity() throws {
    let outcomes = Self.outcomes + [CorpusOutcome("a", expected: "accepted", found: "accepted")]
    let report = CorpusReport("letters", outcomes, skips: try SkipTable("letters\tb\twhy\n"))
    #expect(report.problems == ["two cases have the same name"])
  }

  @Test("The text lists each miss with its reason, or as wrong")
  func text() throws {
    let line = "letters 1/2, rulings 1/1, unscored 1, none crashed\n"
    #expect(try report("letters\tb\twhy\n").text == line + "  known  b: expected refused, got accepted\n         why\n")
    #expect(try report("").text == line + "  WRONG  b: expected refused, got accepted\n")
  }

  @Test(
    "A row of the table without a reason, or a repeated one, is refused",
    arguments: ["letters\tb\n", "letters\tb\t\n", "letters\tb\twhy\tmore\n", "letters\tb\twhy\nletters\tb\tor\n"])
  func malformedRow(_ table: String) {
    #expect(throws: SkipTable.MalformedRow.self) { try SkipTable(table) }
  }
}
