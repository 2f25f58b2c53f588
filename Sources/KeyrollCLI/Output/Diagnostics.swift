import Keyroll

/// What is said to a person on standard error, one line each, which a terminal shows folded.
enum Diagnostics {
  /// Says what is wrong and the next step, and gives the status to end with.
  static func report(_ error: any DiagnosticError) -> ExitStatus {
    write("error: \(error.message) [\(error.id)]")
    if let hint = hint(for: error) { write("hint: \(hint)") }
    return error.id == CommandError.Code.usage.rawValue ? .usage : .failed
  }

  /// Says what was done or tolerated without being asked for.
  static func note(_ text: String) { write("note: \(text)") }

  /// Says what works and should not be left so.
  static func warning(_ text: String) { write("warning: \(text)") }

  /// Shows lines that belong together, below one that says what they are.
  static func show(_ title: String, _ fields: FieldList) {
    write("note: \(title)")
    write(fields.screen)
  }

  /// The warnings of a report, each once.
  static func warn(of checks: [Check]) {
    var said: [String] = []
    for finding in checks.compactMap(\.finding) {
      let text = "\(finding.message) [\(finding.reason)]"
      if !said.contains(text) { warning(text) }
      said.append(text)
    }
  }

  /// The next step, with what the libraries cannot know: the options of the command.
  private static func hint(for error: any DiagnosticError) -> String? {
    if let hint = error.hint { return OptionHints.worded(hint) }
    return switch (error as? KeyError)?.code {
    case .passwordRequired:
      "give it by --password-file, --password-fd or --password-env, or be asked for it on a terminal"
    case .pinRequired:
      "give it by --pin-file, --pin-fd or --pin-env, by pin-source in the reference, or be asked for it on a terminal"
    default: nil
    }
  }

  private static func write(_ text: String) {
    var screen = ScreenText()
    screen.append(prefix + text, indentation: prefix.utf8.count)
    write(screen)
  }

  private static func write(_ screen: ScreenText) {
    let text = screen.text(columns: TerminalSize.columns(of: StandardStreams.messages))
    // If standard error is gone, the message is lost.
    _ = FileOutput.write(Array(text.utf8).span, to: StandardStreams.messages)
  }

  private static let prefix = "keyroll: "
}
