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

  /// Adds a line; `indentation` is where its text begins after a label, in columns.
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

  /// The lines, each ended by a line feed, and folded for a terminal of so many columns if there is one.
  func text(columns: Int?) -> String {
    guard let columns else { return lines.map { $0.text + "\n" }.joined() }
    // One column less: terminals differ in what a row does that is full.
    let folding = FoldedText(width: columns - 1)
    return lines.flatMap { folding.rows(of: $0.text, indentation: $0.indentation) }.map { $0 + "\n" }.joined()
  }
}

/// Lines of a name and a value, the values below each other.
struct FieldList {
  private var fields: [(name: String, value: String)] = []

  /// The longest name that the others are padded to: one long name would make every line long.
  private static let widestName = 40

  /// A value of others is one that `ForeignText` shows. A further line without a name continues the value before it.
  mutating func append(_ name: String, _ value: String) { fields.append((name, value)) }

  var screen: ScreenText {
    let width = fields.map(\.name.utf8.count).filter { $0 <= Self.widestName }.max() ?? 0
    var screen = ScreenText()
    for (name, value) in fields {
      let padding = String(repeating: " ", count: max(width - name.utf8.count, 0) + 2)
      screen.append(name + padding + value, indentation: width + 2)
    }
    return screen
  }

  /// For programs: each field with its `name` and its `value`.
  var json: JSONValue {
    .array(
      fields.map { name, value in
        .object([
          "name": .string(ExactText(String(name.drop { $0 == " " }))), "value": .string(ExactText(value)),
        ])
      })
  }

  /// Each line ended by a line feed, for a file.
  var text: String { screen.text(columns: nil) }
}

/// JSON for programs, which a person may see on a terminal too: what would not be seen for what it is, is written
/// as an escape (RFC 8259, section 7), and so is every space after another in a string. The value is the same.
package struct EscapedJSON: CustomStringConvertible {
  package let description: String

  /// Takes JSON text as `JSONWriter` writes it; line breaks and spaces between values stay.
  package init(_ text: String) {
    var output: [UInt8] = []
    output.reserveCapacity(text.utf8.count)
    // No string goes over the end of a line. Nearly all lines are as they should be, and a long report has many.
    for (index, line) in Array(text.utf8).split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      if index > 0 { output.append(0x0A) }
      if Self.isPlain(line) {
        output.append(contentsOf: line)
      } else {
        output.append(contentsOf: Self.escaped(String(validating: line, as: UTF8.self) ?? "").utf8)
      }
    }
    description = String(validating: output, as: UTF8.self) ?? ""
  }

  /// True for printable ASCII in which no space follows another behind the indentation.
  private static func isPlain(_ line: ArraySlice<UInt8>) -> Bool {
    var previous: UInt8 = 0
    for byte in line.drop(while: { $0 == 0x20 }) {
      if !(0x20..<0x7F).contains(byte) || (byte == 0x20 && previous == 0x20) { return false }
      previous = byte
    }
    return true
  }

  private static func escaped(_ line: String) -> String {
    var output = ""
    var previous = VisibleText.Previous()
    var isInString = false
    var isEscaped = false
    for scalar in line.unicodeScalars {
      let isLayout = !isInString && scalar == " "
      if isLayout || previous.lets(scalar) {
        output.unicodeScalars.append(scalar)
        previous.append(scalar)
      } else {
        output += VisibleText.escape(scalar)
        previous = VisibleText.Previous()
      }
      if scalar == "\"", !isEscaped { isInString.toggle() }
      isEscaped = scalar == "\\" && !isEscaped
    }
    return output
  }
}
