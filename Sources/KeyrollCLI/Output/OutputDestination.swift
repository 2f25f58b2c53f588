import ArgumentParser
import Keyroll

/// The form of a report: for people, or versioned for programs.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}

/// The destination of a result, which is written whole: as text, and as QR codes if they were asked for.
struct OutputDestination {
  /// Nil for standard output.
  let file: OutputFile?
  /// The picture of the codes.
  let picture: OutputFile?
  /// True to draw the codes on standard output, in place of the text.
  let drawsCodes: Bool
  /// Whether standard output takes the text, or a report on it for programs.
  var format = OutputFormat.text

  /// Writes text that ends with a line feed. The codes contain it without the line feed, or `codeText` if that is
  /// given. `report` describes it for programs.
  ///
  /// Throws `output-unwritable` or `output-exists`, and what `QRCodeParts` throws before anything is written.
  func write(_ text: String, inCodes codeText: String? = nil, reportedAs report: ResultReport? = nil) throws {
    let codeText = codeText ?? String(text.unicodeScalars.dropLast())
    let svg = try picture.map { _ in try codes(of: codeText, fitting: nil).svg }
    let drawing =
      drawsCodes ? try codes(of: codeText, fitting: TerminalSize(of: StandardStreams.results)).terminalText : nil
    try wholly { write in
      if let file { try write(file, Array(text.utf8)) }
      if let picture, let svg { try write(picture, Array(svg.utf8)) }
      if let drawing {
        try StandardOutput.write(drawing)
      } else if format == .json, let report {
        try StandardOutput.write(report.json(of: text, file: file?.path, picture: picture?.path))
      } else if file == nil {
        try StandardOutput.write(text)
      }
    }
  }

  /// The same for bytes that may not be text, which a report has in base64; throws `usage` if codes were asked for,
  /// which contain text.
  func write(_ bytes: [UInt8], reportedAs report: ResultReport) throws {
    if drawsCodes || picture != nil { throw CommandError.usage("--qr and --qr-output draw text, and these are bytes") }
    try wholly { write in
      if let file { try write(file, bytes) }
      if format == .json {
        try StandardOutput.write(report.json(of: Base64.standard.text(bytes), file: file?.path, picture: nil))
      } else if file == nil {
        try StandardOutput.write(bytes)
      }
    }
  }

  /// Takes the files back when something behind them cannot be written: half of what was asked for is nothing.
  ///
  /// They stay where whoever read the report has gone, which is no error.
  private func wholly(_ body: ((OutputFile, [UInt8]) throws -> Void) throws -> Void) throws {
    var written: [OutputFile] = []
    do {
      try body { file, bytes in
        try file.write(bytes.span)
        written.append(file)
      }
    } catch {
      if !(error is ExitStatus) { for file in written { file.remove() } }
      throw error
    }
  }

  /// Removes the files that `write` has just written.
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
  /// The wording for a file of `--output` or `--qr-output`.
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

/// The destination of results if no file is named.
enum StandardOutput {
  /// True for `-`, which means standard output wherever a command takes the path of a result.
  static func isNamed(by path: String) -> Bool { path.utf8.elementsEqual("-".utf8) }

  /// Writes the whole text at once, unbuffered; throws `output-unwritable`, and the status to end with if the reader of
  /// the pipe has gone.
  static func write(_ text: String) throws { try write(Array(text.utf8)) }

  /// The same for bytes, which may not be text.
  static func write(_ bytes: [UInt8]) throws {
    do throws(SystemReason) { try StandardStreams.writeResult(bytes.span) } catch {
      if error.isReaderGone { throw ExitStatus.readerGone }
      throw SystemError(.outputUnwritable, "standard output cannot be written: \(error)")
    }
  }

  /// Throws `usage` if a terminal would get bytes: it cannot show them, and copying from it changes them.
  static func refuseTerminal(for form: SigningRequestForm) throws(CommandError) {
    guard form == .input || !form.isText, StandardStreams.showsResults else { return }
    throw CommandError(
      .usage, "--as \(form.rawValue) writes raw bytes, which a terminal would change",
      hint: "send standard output into a file or a pipe")
  }

  /// Writes JSON for programs, which a person may see on a terminal too.
  static func write(_ object: JSONObject) throws {
    try write(EscapedJSON(JSONWriter.indentedText(.object(object))).description + "\n")
  }

  /// Writes a report for a person, folded where a terminal shows it.
  static func write(_ screen: ScreenText) throws {
    try write(screen.text(columns: TerminalSize.columns(of: StandardStreams.results)))
  }
}

/// The names of the files of tokens that follow each other in time: `proof-20261121T140000Z.jwt`.
struct WindowFileNames {
  private let prefix: String
  /// A folder that does not exist yet, and is made with them.
  private let newFolder: String?

  /// Takes `--output` for a folder if it is one or ends like one, and otherwise for the first part of every name.
  ///
  /// Throws `usage` without it, and with `--force`: files that were replaced could not be restored.
  init(_ options: OutputOptions) throws(CommandError) {
    guard let output = options.output, !StandardOutput.isNamed(by: output) else {
      throw .usage("--windows needs --output: each token goes into a file of its own")
    }
    if options.drawsCodes || options.picture != nil { throw .usage("--windows makes files, not QR codes") }
    if options.force { throw .usage("--windows never replaces files, so --force does not apply") }
    let isFolder = output.utf8.last == UInt8(ascii: "/")
    let isThere = FileStatus.mayBeThere(output)
    newFolder = isFolder && !isThere && OutputFolder.isNamed(by: output) ? output : nil
    if isFolder || (isThere && (try? FileStatus(ofFileAt: output).isFolder) ?? false) {
      prefix = output + (isFolder ? "" : "/") + "proof"
    } else {
      prefix = output.hasSuffix(Self.suffix) ? String(output.dropLast(Self.suffix.count)) : output
    }
  }

  /// The destination for tokens that start then; throws what is known to prevent it.
  func destination(for starts: [NumericDate]) throws(CommandError) -> WindowFiles {
    // The basic format of ISO 8601, because not every file system allows a colon.
    let paths = starts.map { "\(prefix)-\($0.description.filter { $0 != "-" && $0 != ":" })\(Self.suffix)" }
    if let newFolder {
      try CommandError.passing { () throws(SystemError) in try OutputFolder.check(path: newFolder) }
      return .newFolder(newFolder, paths)
    }
    let files = OutputFileSet(try paths.map { path throws(CommandError) in try OutputFile(option: path) })
    try CommandError.passing { () throws(SystemError) in try files.check() }
    return .files(files, paths)
  }

  private static let suffix = ".jwt"
}

/// The files of tokens that follow each other in time, all of which are written, or none.
enum WindowFiles {
  case files(OutputFileSet, [String])
  /// A folder that is made with them, and their paths in it.
  case newFolder(String, [String])

  /// Writes the contents of each, in order, and returns their paths; throws `output-exists` or `output-unwritable`.
  func write(_ contents: [[UInt8]]) throws(CommandError) -> [String] {
    try CommandError.passing { () throws(SystemError) in
      switch self {
      case .files(let files, let paths):
        try files.write(contents)
        return paths
      case .newFolder(let path, let paths):
        var folder = try OutputFolder(path: path)
        for (file, bytes) in zip(paths, contents) {
          let name = file.utf8.split(separator: UInt8(ascii: "/")).last ?? file[...].utf8
          try folder.add(String(Substring(name)), bytes.span)
        }
        try folder.finish()
        return paths
      }
    }
  }
}
