import Testing

@testable import ExternalProgram

@Suite struct LineReaderTests {
  @Test("lines are passed on when they are complete, and the last one at the end") func lines() {
    var reader = LineReader()
    #expect(reader.lines(completedBy: Array("a\n\nb".utf8)) == ["a", ""])
    #expect(reader.lines(completedBy: Array("c\nd".utf8)) == ["bc"])
    #expect(reader.rest() == ["d"])
    #expect(reader.rest().isEmpty)
  }

  @Test("bytes that are not UTF-8 are still shown") func otherEncodings() {
    var reader = LineReader()
    #expect(reader.lines(completedBy: Array("κ\n".utf8) + [0x61, 0xFF, 0x62, 0x0A]) == ["κ", "a\u{FFFD}b"])
  }

  @Test("a long line is cut, and after too many lines the rest is left out") func bounds() {
    var reader = LineReader()
    let long = [UInt8](repeating: 0x78, count: 2_000) + [0x0A]
    #expect(reader.lines(completedBy: long).map(\.utf8.count) == [LineReader.mostLineBytes])
    var lines: [String] = []
    for _ in 0..<20 { lines += reader.lines(completedBy: long) }
    #expect(reader.isFull)
    #expect(lines.last == "the rest of what it says is left out")
    #expect(lines.filter { $0 == lines.last }.count == 1)
    #expect(lines.reduce(0) { $0 + $1.utf8.count } < LineReader.mostBytes)
    #expect(reader.rest().isEmpty)
  }
}
