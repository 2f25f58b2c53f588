import Keyroll

/// Where a result is written to, whole: as text, and as QR codes where they were asked for.
struct OutputDestination {
  /// Nil for standard output.
  let file: OutputFile?
  /// The picture of the codes.
  let picture: OutputFile?
  /// True to draw the codes on standard output, in place of the text.
  let drawsCodes: Bool

  /// Writes text that ends with a line feed; the codes hold it without, or `codeText` where that is given.
  ///
  /// Throws `output-unwritable` or `output-exists`, and what `QRCodeParts` throws before anything is written.
  func write(_ text: String, inCodes codeText: String? = nil) throws {
    let codeText = codeText ?? String(text.unicodeScalars.dropLast())
    let svg = try picture.map { _ in try codes(of: codeText, fitting: nil).svg }
    let drawing = drawsCodes ? try codes(of: codeText, fitting: TerminalSize()).terminalText : nil
    try file?.write(Array(text.utf8).span)
    if let svg { try picture?.write(Array(svg.utf8).span) }
    if let drawing {
      try StandardOutput.write(drawing)
    } else if file == nil {
      try StandardOutput.write(text)
    }
  }

  /// The same for bytes that are no text; throws `usage` where codes were asked for, which hold text.
  func write(_ bytes: [UInt8]) throws(CommandError) {
    if drawsCodes || picture != nil { throw .usage("--qr and --qr-output draw text, and these are bytes") }
    if let file { try file.write(bytes.span) } else { try StandardOutput.write(bytes) }
  }

  /// Takes back the files that `write` has just written.
  func remove() {
    file?.remove()
    picture?.remove()
  }

  private func codes(of text: String, fitting terminal: TerminalSize?) throws(QRCodeError) -> QRCodeParts {
    var version = QRCodeParts.largestVersion
    if let terminal {
      version = try QRCodeParts.largestVersion(columns: terminal.columns, rows: terminal.rows)
    }
    return try QRCodeParts(
      text, largestVersion: version, encoder: QREncoder(), cryptography: OpenSSLCryptography())
  }
}
