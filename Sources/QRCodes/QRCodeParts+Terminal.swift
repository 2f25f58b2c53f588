public import Messages

extension QRCodeParts {
  /// The largest version that a terminal of that size shows whole; throws `qr-terminal-too-small` where it is under 5.
  public static func largestVersion(columns: Int, rows: Int) throws(QRCodeError) -> Int {
    let fitting = (smallestVersion...largestVersion).last {
      QRCode.outerWidth(version: $0) <= columns && (QRCode.outerWidth(version: $0) + 1) / 2 < rows
    }
    guard let fitting else {
      let width = QRCode.outerWidth(version: smallestVersion)
      throw QRCodeError(
        .terminalTooSmall,
        "a terminal of \(columns) columns and \(rows) rows is too small for a QR code",
        hint:
          "make the window larger, \(width) columns and \((width + 1) / 2 + 1) rows at least, or use --qr-output FILE.svg"
      )
    }
    return fitting
  }

  /// A code of a few words: smaller ones would need too many.
  private static let smallestVersion = 5

  /// The codes for a terminal, one below the other, in black on white whatever the colours of the terminal are.
  ///
  /// A character shows two modules, one above the other.
  public var terminalText: String {
    var text = ""
    for (index, code) in codes.enumerated() {
      if codes.count > 1 { text += "code \(index + 1) of \(codes.count)\n" }
      let range = -QRCode.quietZone..<code.width + QRCode.quietZone
      for row in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
        text += Self.blackOnWhite
        for column in range {
          text.unicodeScalars.append(
            Self.character(code.isDark(column: column, row: row), code.isDark(column: column, row: row + 1)))
        }
        text += Self.ordinary + "\n"
      }
    }
    return text
  }

  /// Entries of the 256-colour table that no theme changes.
  private static let blackOnWhite = "\u{1B}[38;5;16;48;5;231m"
  private static let ordinary = "\u{1B}[0m"

  private static func character(_ upper: Bool, _ lower: Bool) -> Unicode.Scalar {
    switch (upper, lower) {
    case (true, true): "\u{2588}"
    case (true, false): "\u{2580}"
    case (false, true): "\u{2584}"
    case (false, false): " "
    }
  }
}
