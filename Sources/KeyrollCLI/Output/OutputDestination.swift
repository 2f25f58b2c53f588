import ArgumentParser
import Keyroll

/// How a report is written: for people, or versioned for programs.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}

/// Where a result is written to, whole: as text, and as QR codes where they were asked for.
struct OutputDestination {
  /// Nil for standard output.
  let file: OutputFile?
  /// The picture of the codes.
  let picture: OutputFile?
  /// True to draw the codes on standard output, in place of the text.
  let drawsCodes: Bool
  /// Whether standard output takes the text, or a report on it for programs.
  var format = OutputFormat.text

  /// Writes text that ends with a line feed; the codes hold it without, or `codeText` where that is given. Programs are told of it
  /// by `report`.
  ///
  /// Throws `output-unwritable` or `output-exists`, and what `QRCodeParts` throws before anything is written.
  func write(_ text: String, inCodes codeText: String? = nil, reportedAs report: ResultReport? = nil) throws {
    let codeText = codeText ?? String(text.unicodeScalars.dropLast())
    let svg = try picture.map { _ in try codes(of: codeText, fitting: nil).svg }
    let drawing =
      drawsCodes ? try codes(of: codeText, fitting: TerminalSize(of: StandardStreams.results)).terminalText : nil
    try file?.write(Array(text.utf8).span)
    if let svg { try picture?.write(Array(svg.utf8).span) }
    if let drawing {
      try StandardOutput.write(drawing)
    } else if format == .json, let report {
      try StandardOutput.write(report.json(of: text, file: file?.path, picture: picture?.path))
    } else if file == nil {
      try StandardOutput.write(text)
    }
  }

  /// The same for bytes that are no text, which a report has in base64; throws `usage` where codes were asked for, which hold text.
  func write(_ bytes: [UInt8], reportedAs report: ResultReport) throws(CommandError) {
    if drawsCodes || picture != nil { throw .usage("--qr and --qr-output draw text, and these are bytes") }
    if format == .json {
      try CommandError.passing { () throws(SystemError) in try file?.write(bytes.span) }
      return try StandardOutput.write(report.json(of: Base64.standard.text(bytes), file: file?.path, picture: nil))
    }
    try CommandError.passing { () throws(SystemError) in
      if let file { try file.write(bytes.span) } else { try StandardStreams.writeResult(bytes.span) }
    }
  }

  /// Takes back the files that `write` has just written.
  func remove() {
    file?.remove()
    picture?.remove()
  }

  private func codes(of text: String, fitting terminal: TerminalSize?) throws(QRCodeError) -> QRCodeParts {
    var version = QRCodeParts.largestVersion
    if let terminal {
      do throws(QRCodeError) {
        version = try QRCodeParts.largestVersion(columns: terminal.columns, rows: terminal.rows)
      } catch {
        let hint = [error.hint, "use --qr-output FILE.svg"].compactMap { $0 }.joined(separator: ", or ")
        throw QRCodeError(id: error.id, error.message, hint: hint)
      }
    }
    return try QRCodeParts(
      text, largestVersion: version, encoder: QREncoder(), cryptography: Toolkit.command.cryptography)
  }
}

extension OutputWording {
  /// That of a file which `--output` or `--qr-output` names.
  static let option = OutputWording(
    maker: "--output", replacement: "replace it with --force",
    alternative: "leave --output out and redirect standard output")
}

extension OutputFile {
  /// The file that an option names; throws `usage` for a path that names no file.
  init(option path: String, replacing: Bool = false) throws(CommandError) {
    guard Self.isNamed(by: path) else {
      throw CommandError.usage("--output takes the path of a file, not \(naming: path)")
    }
    self = try CommandError.passing { () throws(SystemError) in
      try OutputFile(path: path, replacing: replacing, wording: .option)
    }
  }
}

/// Where results go unless a file is named.
enum StandardOutput {
  /// True for `-`, which stands for it wherever a command takes the path of a result.
  static func isNamed(by path: String) -> Bool { path.utf8.elementsEqual("-".utf8) }

  /// Writes the whole text at once, unbuffered; throws `output-unwritable`.
  static func write(_ text: String) throws(CommandError) { try write(Array(text.utf8)) }

  /// The same for bytes, which may be no text.
  static func write(_ bytes: [UInt8]) throws(CommandError) {
    try CommandError.passing { () throws(SystemError) in try StandardStreams.writeResult(bytes.span) }
  }

  /// Throws `usage` where a terminal would get bytes: it shows none, and who copies them from it changes them.
  static func refuseTerminal(for form: SigningRequestForm) throws(CommandError) {
    guard form == .input || !form.isText, StandardStreams.showsResults else { return }
    throw CommandError(
      .usage, "--as \(form.rawValue) writes bytes that must not change, and a terminal may change them",
      hint: "send standard output into a file or a pipe")
  }

  /// Writes JSON for programs, which a person may see on a terminal all the same.
  static func write(_ object: JSONObject) throws(CommandError) {
    try write(EscapedJSON(JSONWriter.indentedText(.object(object))).description + "\n")
  }

  /// Writes a report for a person, folded where a terminal shows it.
  static func write(_ screen: ScreenText) throws(CommandError) {
    try write(screen.text(columns: TerminalSize.columns(of: StandardStreams.results)))
  }
}

/// How the files of tokens are called that follow each other in time: `proof-20261121T140000Z.jwt`.
struct WindowFileNames {
  private let prefix: String

  /// Takes `--output` for a folder when it is one or ends as one, else for the first part of every name.
  ///
  /// Throws `usage` without it, and with `--force`: of files that others were replaced by, none could be taken back.
  init(_ options: OutputOptions) throws(CommandError) {
    guard let output = options.output, !StandardOutput.isNamed(by: output) else {
      throw .usage("--windows needs --output: each token goes into a file of its own")
    }
    if options.drawsCodes || options.picture != nil { throw .usage("--windows writes files and draws no QR codes") }
    if options.force { throw .usage("--windows replaces no files, so --force is not for it") }
    if output.utf8.last == UInt8(ascii: "/") || (try? FileStatus(ofFileAt: output).isFolder) ?? false {
      prefix = output + (output.utf8.last == UInt8(ascii: "/") ? "" : "/") + "proof"
    } else {
      prefix = output.hasSuffix(Self.suffix) ? String(output.dropLast(Self.suffix.count)) : output
    }
  }

  /// The path of the token that starts then.
  func path(for start: NumericDate) -> String {
    // The basic format of ISO 8601: a colon is not for every file system.
    "\(prefix)-\(start.description.filter { $0 != "-" && $0 != ":" })\(Self.suffix)"
  }

  private static let suffix = ".jwt"
}
