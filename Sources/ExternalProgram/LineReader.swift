/// Takes the lines out of what a program writes to its standard error, up to a bound.
struct LineReader {
  /// The longest line that is told whole, and the most that is told of a program, in bytes.
  static let mostLineBytes = 1_024
  static let mostBytes = 16_384

  private var line: [UInt8] = []
  private var byteCount = 0
  /// True when nothing more is taken.
  var isFull: Bool { byteCount > Self.mostBytes }

  /// The lines that these bytes complete; after too much of them comes a last one that says so.
  mutating func lines(completedBy bytes: [UInt8]) -> [String] {
    var lines: [String] = []
    for byte in bytes where !isFull {
      byteCount += 1
      if isFull {
        lines += rest() + ["the rest of what it says is left out"]
      } else if byte == UInt8(ascii: "\n") {
        lines.append(text)
        line = []
      } else if line.count < Self.mostLineBytes {
        line.append(byte)
      }
    }
    return lines
  }

  /// The line that has no end.
  mutating func rest() -> [String] {
    defer { line = [] }
    return line.isEmpty ? [] : [text]
  }

  /// What is not UTF-8 is shown as ASCII, with a mark for every other byte.
  private var text: String {
    if let text = String(validating: line, as: UTF8.self) { return text }
    return String(String.UnicodeScalarView(line.map { $0 < 0x80 ? Unicode.Scalar($0) : "\u{FFFD}" }))
  }
}
