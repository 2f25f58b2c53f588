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
  func destination(sparing inputs: CommandInputs) throws(CommandError) -> OutputDestination {
    let isStandardOutput = output.map(StandardOutput.isNamed(by:)) ?? true
    let text = isStandardOutput ? nil : try output.map { path throws(CommandError) in try file(path, sparing: inputs) }
    let picture = try picture.map { path throws(CommandError) in try file(path, sparing: inputs) }
    if let text, let picture, text.isSame(as: picture) {
      throw .usage("--output and --qr-output cannot name the same file")
    }
    return OutputDestination(file: text, picture: picture, drawsCodes: drawsCodes)
  }

  private func file(_ path: String, sparing inputs: CommandInputs) throws(CommandError) -> OutputFile {
    let file = try OutputFile(path: path, replacing: force)
    try file.check()
    if force, file.isAmong(inputs) {
      throw CommandError(
        .outputExists, "\(naming: path) is read by this command, and is not replaced", hint: "choose another name")
    }
    return file
  }
}
