import Keyroll

extension FuzzTarget {
  /// The first byte of an input is the width of the terminal.
  static let foreignText = FuzzTarget(
    "foreign-text", "texts of others as they are shown, and lines as they are folded",
    seeds: {
      let texts = [
        "CN=leaf, O=keyroll fixtures", #"["a"]"#, #"say "a\b""#, "a\nb\u{1B}[2J\u{9B}31m", "abc\u{202E}txt\u{200B}",
        "a  b        c", "e\u{301}\u{302}\u{303}\u{304} \u{301}", "日本語 😀 Ελληνικά עברית",
        "\u{2800}\u{16FE4}\u{1D159}\u{3164}",
        "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "-----BEGIN PRIVATE KEY----- MIIE", "/srv/keys/a b.pem",
        "passed   jti                   " + String(repeating: "words of another ", count: 16),
        String(repeating: "x", count: 300), String(repeating: "日", count: 201),
      ]
      return [15, 40, 79].flatMap { width in texts.map { [width] + Array($0.utf8) } }
    }
  ) { input in
    guard let first = input.first, let text = String(validating: Array(input.dropFirst()), as: UTF8.self) else {
      return
    }
    try requireShown(text)
    try requireFolded(text, width: Int(first))
  }

  private static func requireShown(_ text: String) throws {
    let quoted = "\(quoting: text)"
    for shown in [quoted, "\(naming: text)", ForeignText(json: text).description] {
      try requirePlain(shown)
      try require(shown.unicodeScalars.count <= 12 * ForeignText.shownCount + 32, "what is shown is bounded")
    }
    try requireSame(quoted, text)
  }

  /// Nothing in it controls a terminal, is invisible, or moves the text after it.
  private static func requirePlain(_ shown: String) throws {
    try require(shown.unicodeScalars.allSatisfy(VisibleText.isVisible), "everything that is shown prints")
    let isSpace = shown.unicodeScalars.map { $0 == " " }
    try require(!zip(isSpace, isSpace.dropFirst()).contains { $0 && $1 }, "no space follows another")
  }

  /// The text between the quotation marks, read as JSON, is the beginning of the foreign text.
  private static func requireSame(_ quoted: String, _ text: String) throws {
    let count = text.unicodeScalars.count
    let rest = count > ForeignText.shownCount ? "… (\(count - ForeignText.shownCount) more)" : ""
    try require(quoted.hasSuffix("\"" + rest), "how much is left out is said")
    let json = "[" + String(quoted.unicodeScalars.dropLast(rest.unicodeScalars.count)) + "]"
    let read = try JSONReader.value(Array(json.utf8).span).array?.first?.string
    let start = String(text.unicodeScalars.prefix(ForeignText.shownCount))
    try require(read == ExactText(start), "what is shown means the text")
  }

  private static func requireFolded(_ text: String, width: Int) throws {
    let line = VisibleText.escaped(text, escapingQuotes: false, keepingSpaces: true)
    let folding = FoldedText(width: width)
    for indentation in [0, 4, 33] {
      let rows = folding.rows(of: line, indentation: indentation)
      let margin = String(repeating: " ", count: folding.depth(indentation))
      try require(rows.allSatisfy { columns($0) <= folding.width }, "no row is wider than the terminal")
      try require(rows.dropFirst().allSatisfy { $0.hasPrefix(margin) }, "every row below the first is indented")
      let joined = rows.prefix(1) + rows.dropFirst().map { String($0.unicodeScalars.dropFirst(margin.utf8.count)) }
      try require(joined.joined().utf8.elementsEqual(line.utf8), "the rows are the line")
    }
  }

  private static func columns(_ row: String) -> Int { row.unicodeScalars.reduce(0) { $0 + ($1.isASCII ? 1 : 2) } }
}
