import Messages
import Testing

@Suite struct FoldedTextTests {
  @Test(
    "a line is folded after a space, or inside a word if half of a row would stay empty",
    arguments: [
      ("", 20, 4, [""]),
      ("fits to the column..", 20, 4, ["fits to the column.."]),
      ("does not fit to the column", 20, 4, ["does not fit to the ", "    column"]),
      ("label  aaaaaaaaaaaaaaaaaaaaaaaa", 20, 7, ["label  aaaaaaaaaaaaa", "       aaaaaaaaaaa"]),
      (
        String(repeating: "b", count: 45), 20, 4,
        ["b", "    ", "    "].enumerated().map { index, margin in
          index == 0 ? String(repeating: "b", count: 20) : margin + String(repeating: "b", count: index == 1 ? 16 : 9)
        }
      ),
      ("one two three four five six", 20, 30, ["one two three four ", "          five six"]),
    ])
  func rows(line: String, width: Int, indentation: Int, expected: [String]) {
    #expect(FoldedText(width: width).rows(of: line, indentation: indentation) == expected)
  }

  @Test("every code point beyond ASCII is counted as two columns, and a mark stays on its letter")
  func wide() {
    let folding = FoldedText(width: 16)
    #expect(folding.rows(of: "日本語日本語日本語", indentation: 4) == ["日本語日本語日本", "    語"])
    let marked = "e\u{301}\u{302}\u{303}"
    let rows = folding.rows(of: marked + marked + marked + "x", indentation: 4)
    #expect(
      rows.map { Array($0.unicodeScalars) }
        == [marked + marked, "    " + marked + "x"].map { Array($0.unicodeScalars) })
  }

  @Test("a terminal that is too narrow for letters and marks counts as one of 16 columns")
  func narrow() {
    #expect(FoldedText(width: 1).width == 16)
    #expect(FoldedText(width: -1).depth(33) == 8)
  }
}
