import ArgumentParser

/// Where a command's result goes.
struct OutputOptions: ParsableArguments {
  @Option(
    name: .customLong("output"),
    help: ArgumentHelp(
      "Write the result to this file, readable by its owner alone, instead of standard output.", valueName: "file"))
  var output: String?

  @Flag(name: .customLong("force"), help: "Let --output replace a file that is there.")
  var force = false

  func validate() throws {
    if force && output == nil { throw ValidationError("--force is for --output") }
  }

  /// Throws at once what is known to stand against it, before a key is used: even --force spares the files that are read.
  func destination(sparing inputs: [String]) throws(CommandError) -> OutputDestination {
    guard let output, !StandardInput.isNamed(by: output) else { return .standardOutput }
    let file = try OutputFile(path: output, replacing: force)
    try file.check()
    if force, inputs.contains(where: file.isThere(as:)) {
      throw CommandError(
        .outputExists, "\(output) is read by this command, and is not replaced", hint: "choose another name")
    }
    return .file(file)
  }
}
