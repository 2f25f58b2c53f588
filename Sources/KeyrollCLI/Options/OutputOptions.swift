import ArgumentParser
import Keyroll

/// Where a command's result goes.
struct OutputOptions: ParsableArguments {
  @Option(
    name: .customLong("output"),
    help: ArgumentHelp(
      "Write the result to this file, readable by its owner alone, instead of standard output.", valueName: "file"))
  var output: String?

  @Flag(
    name: .customLong("qr"),
    help: "Draw the result as QR codes on the terminal; with --output the file holds it as text too.")
  var drawsCodes = false

  @Option(
    name: .customLong("qr-output"),
    help: ArgumentHelp("Write a picture of the QR codes (SVG) to this file.", valueName: "file"))
  var picture: String?

  @Flag(name: .customLong("force"), help: "Let --output and --qr-output replace files that are there.")
  var force = false

  func validate() throws {
    if force && output == nil && picture == nil { throw ValidationError("--force is for --output and --qr-output") }
    if let picture, StandardOutput.isNamed(by: picture) {
      throw ValidationError("--qr-output takes the path of a file")
    }
  }

  /// Throws at once what is known to stand against it, before a key is used: even --force spares the files that are read.
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
          .outputExists, "\(naming: path) is read by this command, and is not replaced", hint: "choose another name")
      }
      return file
    }
  }
}

/// Where a request for another machine goes.
struct RequestOutputOptions: ParsableArguments {
  @Option(
    name: .customLong("output"),
    help: ArgumentHelp("Write the request into this new folder, for its owner alone.", valueName: "folder"))
  var path: String

  @Flag(
    name: .customLong("single-file"),
    help: "Write one file instead, a curl configuration that holds the body and the summary.")
  var isSingleFile = false

  /// Throws at once what is known to stand against it, before a key is used.
  func check() throws(CommandError) {
    if isSingleFile {
      let file = try OutputFile(option: path)
      return try CommandError.passing { () throws(SystemError) in try file.check() }
    }
    guard OutputFolder.isNamed(by: path) else {
      throw CommandError.usage("--output takes the path of a new folder, not \(naming: path)")
    }
    try CommandError.passing { () throws(SystemError) in try OutputFolder.check(path: path) }
  }
}

/// How results and messages are written.
struct FormatOptions: ParsableArguments {
  @Option(name: .customLong("format"), help: "Write text for people, or json for programs; errors and notes too.")
  var format: OutputFormat = .text

  @OptionGroup var quiet: QuietOptions

  /// Throws where standard output is to hold what a signer takes as well.
  func requireText(besideForm form: SigningRequestForm?) throws {
    if form != nil, format == .json { throw ValidationError("--as and --format json both write to standard output") }
  }
}

/// Whether notes are written.
struct QuietOptions: ParsableArguments {
  // `MessageStyle` reads it from the command line.
  @Flag(name: .customLong("quiet"), help: "Write warnings and errors, and no notes.")
  var isQuiet = false
}
