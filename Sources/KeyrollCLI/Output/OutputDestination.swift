/// Where a result is written to, whole.
enum OutputDestination {
  case standardOutput
  case file(OutputFile)

  /// Throws `output-unwritable` or `output-exists`.
  func write(_ text: String) throws(CommandError) {
    switch self {
    case .standardOutput: try StandardOutput.write(text)
    case .file(let file): try file.write(Array(text.utf8).span)
    }
  }
}
