import ArgumentParser

/// Where a command's result goes.
struct OutputOptions: ParsableArguments {
  @Option(
    name: .customLong("output"),
    help: ArgumentHelp("Write the result to this file, readable by its owner alone, instead of standard output.", valueName: "file"))
  var output: String?

  @Flag(name: .customLong("force"), help: "Let --output replace a file that is there.")
  var force = false

  func validate() throws {
    if force && output == nil { throw ValidationError("--force is for --output") }
  }

  /// Throws at once what is known to stand against it, before a key is used.
  func destination() throws(CommandError) -> OutputDestination {
    guard let output, !StandardInput.isNamed(by: output) else { return .standardOutput }
    let file = try OutputFile(path: output, replacing: force)
    try file.check()
    return .file(file)
  }
}
