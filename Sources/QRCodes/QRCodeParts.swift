public import Messages
public import Signing

/// A text in as many QR codes as a camera needs. Each code names the part of the text that it has.
///
/// A text that fits one code is drawn unchanged. Otherwise part 2 of 3 begins with `keyroll-part:2/3:9F86D081:`, where
/// the checksum is the first four bytes of the SHA-256 of the whole text, in hexadecimal.
public struct QRCodeParts: Sendable {
  /// In the order of the text.
  public let codes: [QRCode]

  /// The most codes for one text.
  public static let mostCodes = 16
  /// The largest version to draw if nothing else limits it: 109 modules and up to 1,091 bytes, more than a token of an
  /// RSA-2048 key needs.
  public static let largestVersion = 23

  /// Throws `qr-not-drawable` for text with line breaks, other characters that do not print or rows of spaces, which
  /// would not survive a camera, a reader and a terminal. Throws `qr-too-long` if the text does not fit that many codes
  /// of that version.
  public init(
    _ text: String, largestVersion: Int = Self.largestVersion, encoder: borrowing QREncoder,
    cryptography: any Cryptography
  ) throws(QRCodeError) {
    guard Self.isDrawable(text) else {
      throw QRCodeError(
        .notDrawable,
        "text that is empty, or has characters that do not print or a row of spaces, does not go into QR codes")
    }
    for count in 1...Self.mostCodes {
      let texts = try Self.texts(text, count, cryptography)
      var codes: [QRCode] = []
      for text in texts {
        guard let code = try encoder.code(for: text), code.version <= largestVersion else { break }
        codes.append(code)
      }
      if codes.count == texts.count {
        self.codes = codes
        return
      }
    }
    throw QRCodeError(
      .tooLong, "\(text.utf8.count) bytes do not fit \(Self.mostCodes) QR codes of a size that a camera reads",
      hint: "carry it as a file")
  }

  /// False for empty text, and for text that a terminal would change: with code points that do not print, or with rows
  /// of spaces. keyroll makes no such text.
  static func isDrawable(_ text: String) -> Bool {
    let isSpace = text.unicodeScalars.map { $0 == " " }
    return !text.isEmpty && text.unicodeScalars.allSatisfy(VisibleText.isVisible)
      && !zip(isSpace, isSpace.dropFirst()).contains { $0 && $1 }
  }

  /// The text of each code: parts of similar length, the longest first. No part ends inside a character.
  private static func texts(
    _ text: String, _ count: Int, _ cryptography: any Cryptography
  ) throws(QRCodeError) -> [String] {
    if count == 1 { return [text] }
    let checksum = try QRCodePart.checksum(of: text, cryptography)
    let target = (text.utf8.count + count - 1) / count
    var parts: [String] = [""]
    for scalar in text.unicodeScalars {
      if parts[parts.count - 1].utf8.count >= target, parts.count < count { parts.append("") }
      parts[parts.count - 1].unicodeScalars.append(scalar)
    }
    return parts.enumerated().map { index, part in
      QRCodePart(number: index + 1, count: parts.count, checksum: checksum, text: part).description
    }
  }
}

extension QRCodeParts {
  /// The largest version that a terminal of that size shows whole; throws `qr-terminal-too-small` if it is below 5.
  public static func largestVersion(columns: Int, rows: Int) throws(QRCodeError) -> Int {
    let fitting = (smallestVersion...largestVersion).last {
      QRCode.outerWidth(version: $0) <= columns && (QRCode.outerWidth(version: $0) + 1) / 2 < rows
    }
    guard let fitting else {
      let width = QRCode.outerWidth(version: smallestVersion)
      throw QRCodeError(
        .terminalTooSmall,
        "a terminal of \(columns) columns and \(rows) rows is too small for a QR code",
        hint: "make the window larger, \(width) columns and \((width + 1) / 2 + 1) rows at least"
      )
    }
    return fitting
  }

  /// A code of a few words; with smaller ones too many would be needed.
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

  /// Entries of the 256-colour table that themes do not change.
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

extension QRCodeParts {
  /// The codes as a picture (SVG 1.1), one below the other, with the number of each if there are several.
  public var svg: String {
    let outer = codes.map { $0.width + 2 * QRCode.quietZone }
    let label = codes.count > 1 ? 8 : 0
    let width = outer.max() ?? 0
    let height = outer.reduce(0) { $0 + $1 + label }
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      #"<svg xmlns="http://www.w3.org/2000/svg" width="\#(width * Self.scale)" height="\#(height * Self.scale)" viewBox="0 0 \#(width) \#(height)" shape-rendering="crispEdges">"#,
      #"<rect width="\#(width)" height="\#(height)" fill="white"/>"#,
    ]
    var top = 0
    for (index, code) in codes.enumerated() {
      if label > 0 {
        lines.append(
          #"<text x="\#(QRCode.quietZone)" y="\#(top + label - 2)" font-family="sans-serif" font-size="4">\#(index + 1) of \#(codes.count)</text>"#
        )
      }
      top += label
      lines.append(#"<path fill="black" d="\#(Self.path(code, top: top + QRCode.quietZone))"/>"#)
      top += code.width + 2 * QRCode.quietZone
    }
    lines.append("</svg>")
    return lines.map { $0 + "\n" }.joined()
  }

  /// Pixels for a module, if the viewer does not choose.
  private static let scale = 6

  /// A bar for each run of dark modules in a row.
  private static func path(_ code: QRCode, top: Int) -> String {
    var path = ""
    for row in 0..<code.width {
      var column = 0
      while column < code.width {
        let start = column
        while code.isDark(column: column, row: row) { column += 1 }
        if column > start {
          let count = column - start
          path += "M\(start + QRCode.quietZone) \(row + top)h\(count)v1h-\(count)z"
        } else {
          column += 1
        }
      }
    }
    return path
  }
}
