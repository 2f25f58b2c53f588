import ArgumentParser
import Keyroll

/// Where a command's result goes.
struct OutputOptions: ParsableArguments {
  @Option(
    name: .customLong("output"),
    help: ArgumentHelp(
      "Write the result to this file, readable by its owner alone, instead of standard output.", valueName: "file"),
    completion: .file())
  var output: String?

  @Flag(
    name: .customLong("qr"),
    help: "Draw the result as QR codes on the terminal; with --output the text also goes into the file.")
  var drawsCodes = false

  @Option(
    name: .customLong("qr-output"),
    help: ArgumentHelp("Write a picture of the QR codes (SVG) to this file.", valueName: "file"), completion: .file())
  var picture: String?

  @Flag(name: .customLong("force"), help: "Let --output and --qr-output replace existing files.")
  var force = false

  func validate() throws {
    if force && output == nil && picture == nil { throw ValidationError("--force is for --output and --qr-output") }
    if let picture, StandardOutput.isNamed(by: picture) {
      throw ValidationError("--qr-output takes the path of a file")
    }
  }

  /// Throws what is known to prevent it, before a key is used. Files that are read are never replaced, even
  /// with --force.
  func destination(
    sparing inputs: CommandInputs, format: OutputFormat = .text
  ) throws(CommandError) -> OutputDestination {
    if format == .json, drawsCodes { throw .usage("--qr and --format json both write to standard output") }
    let isStandardOutput = output.map(StandardOutput.isNamed(by:)) ?? true
    let text = isStandardOutput ? nil : try output.map { path throws(CommandError) in try file(path, sparing: inputs) }
    let picture = try picture.map { path throws(CommandError) in try file(path, sparing: inputs) }
    if let text, let picture, text.isSame(as: picture) {
      throw .usage("--output and --qr-output cannot name the same file")
    }
    return OutputDestination(file: text, picture: picture, drawsCodes: drawsCodes, format: format)
  }

  private func file(_ path: String, sparing inputs: CommandInputs) throws(CommandError) -> OutputFile {
    let file = try OutputFile(option: path, replacing: force)
    return try CommandError.passing { () throws(SystemError) in
      try file.check()
      if force, let existing = file.existing, inputs.contains(existing) {
        throw SystemError(
          .outputExists, "\(naming: path) is read by this command, and is never replaced", hint: "choose another name")
      }
      return file
    }
  }
}

/// Where a request for another machine goes.
struct RequestOutputOptions: ParsableArguments {
  @Option(
    name: .customLong("output"),
    help: ArgumentHelp("Write the request into this new folder, for its owner alone.", valueName: "folder"),
    completion: .directory)
  var path: String?

  @Flag(
    name: .customLong("single-file"),
    help: "Write one file instead, a curl configuration that contains the body and the summary.")
  var isSingleFile = false

  @Flag(
    name: .customLong("qr"),
    help: "With --single-file: draw the file, in base64, as QR codes on the terminal.")
  var drawsCodes = false

  @Option(
    name: .customLong("qr-output"),
    help: ArgumentHelp(
      "With --single-file: write a picture (SVG) of the QR codes, which contain it in base64, to this file.",
      valueName: "file"), completion: .file())
  var picture: String?

  @Option(
    name: .customLong("windows"),
    help: ArgumentHelp(
      "Make the request this many times (1 to 24), for windows that follow each other, a folder for each in the new folder.",
      valueName: "count"))
  var windows: Int?

  func validate() throws {
    try WindowCount.require(windows)
    if windows != nil, isSingleFile {
      throw ValidationError("--windows makes a folder, so --single-file is not for it")
    }
    if drawsCodes || picture != nil {
      if !isSingleFile { throw ValidationError("--qr and --qr-output are for --single-file") }
      if let picture, StandardOutput.isNamed(by: picture) {
        throw ValidationError("--qr-output takes the path of a file")
      }
    } else if path == nil {
      throw ValidationError("Missing expected argument '--output <folder>'")
    }
  }

  /// Its name in messages.
  var name: String { path ?? "standard output" }

  /// Throws what is known to prevent it, before a key is used.
  func destination() throws(CommandError) -> RequestDestination {
    if isSingleFile {
      let file = try path.map { path throws(CommandError) in try Self.file(path) }
      let picture = try picture.map { path throws(CommandError) in try Self.file(path) }
      if let file, let picture, file.isSame(as: picture) {
        throw .usage("--output and --qr-output cannot name the same file")
      }
      return .singleFile(OutputDestination(file: file, picture: picture, drawsCodes: drawsCodes))
    }
    let path = path ?? ""
    try Self.requireFolder(path)
    return windows == nil ? .folder(path) : .windows(path)
  }

  fileprivate static func requireFolder(_ path: String) throws(CommandError) {
    guard OutputFolder.isNamed(by: path) else {
      throw CommandError.usage("--output takes the path of a new folder, not \(naming: path)")
    }
    try CommandError.passing { () throws(SystemError) in try OutputFolder.check(path: path) }
  }

  fileprivate static func file(_ path: String) throws(CommandError) -> OutputFile {
    let file = try OutputFile(option: path)
    try CommandError.passing { () throws(SystemError) in try file.check() }
    return file
  }
}

/// The destination of a request for a list of credentials, which has no window.
struct ListRequestOutputOptions: ParsableArguments {
  @Option(
    name: .customLong("output"),
    help: ArgumentHelp("Write the request into this new folder, for its owner alone.", valueName: "folder"),
    completion: .directory)
  var path: String

  @Flag(
    name: .customLong("single-file"),
    help: "Write one file instead, a curl configuration that contains the summary.")
  var isSingleFile = false

  /// Throws what is known to prevent it.
  func check() throws(CommandError) {
    if isSingleFile {
      _ = try RequestOutputOptions.file(path)
    } else {
      try RequestOutputOptions.requireFolder(path)
    }
  }
}

/// The destination of a request, or of those for several windows.
enum RequestDestination {
  case folder(String)
  case windows(String)
  case singleFile(OutputDestination)

  /// Writes one request; throws `output-exists`, `output-unwritable`, and what prevents drawing it.
  func write(_ request: borrowing RequestFolder) throws {
    switch self {
    case .folder(let path), .windows(let path):
      try request.write(to: path, as: .folder, wording: .option)
    case .singleFile(let destination):
      let bytes = request.singleFile()
      guard destination.drawsCodes || destination.picture != nil else {
        return try bytes.withBytes { (bytes) throws(SystemError) in try destination.file?.write(bytes) }
      }
      let text = bytes.withBytes { [UInt8](copying: $0) }
      try destination.write(
        String(validating: text, as: UTF8.self) ?? "", inCodes: Base64.standard.text(text.span))
      Diagnostics.note(
        "the codes hold the file in base64: keyroll join-codes puts it together, and base64 -d decodes it")
    }
  }
}

/// How results and messages are written.
struct FormatOptions: ParsableArguments {
  @Option(name: .customLong("format"), help: "Write text for people, or json for programs; errors and notes too.")
  var format: OutputFormat = .text

  @OptionGroup var quiet: QuietOptions

  /// Throws if standard output also gets what a signer takes.
  func requireText(besideForm form: SigningRequestForm?) throws {
    if form != nil, format == .json { throw ValidationError("--as and --format json both write to standard output") }
  }
}

/// Whether notes are written.
struct QuietOptions: ParsableArguments {
  // `MessageStyle` reads it from the command line.
  @Flag(name: .customLong("quiet"), help: "Write warnings and errors, but no notes.")
  var isQuiet = false
}
