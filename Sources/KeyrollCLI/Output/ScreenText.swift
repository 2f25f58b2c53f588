import Keyroll

/// Lines that a person reads: a report, or what is said on standard error.
///
/// Values of others are in them as `ForeignText` shows them. Whatever came here without it is at least escaped.
struct ScreenText {
  private struct Line {
    let text: String
    /// How far a row below it is indented where the line is folded, in columns.
    let indentation: Int
  }

  private var lines: [Line] = []

  /// The indentation of rows below a line without a label, in columns.
  static let indentation = 4

  init() {}

  init(_ lines: [String]) { for line in lines { append(line) } }

  /// Adds a line; `indentation` is where its text begins behind a label, in columns.
  mutating func append(_ text: String, indentation: Int = Self.indentation) {
    lines.append(
      Line(
        text: VisibleText.escaped(text, escapingQuotes: false, keepingSpaces: true),
        indentation: max(indentation, Self.indentation)))
  }

  mutating func append(_ other: ScreenText) { lines += other.lines }

  func followed(by other: ScreenText) -> ScreenText {
    var screen = self
    screen.append(other)
    return screen
  }

  /// The lines, each ended by a line feed, and folded for a terminal of so many columns where there is one.
  func text(columns: Int?) -> String {
    guard let columns else { return lines.map { $0.text + "\n" }.joined() }
    // One column less: terminals differ in what a row does that is full.
    let folding = FoldedText(width: columns - 1)
    return lines.flatMap { folding.rows(of: $0.text, indentation: $0.indentation) }.map { $0 + "\n" }.joined()
  }
}
