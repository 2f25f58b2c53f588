import Keyroll

/// What is said to a person on standard error, one line each, which a terminal shows folded; with `--format json` an object on
/// a line each.
enum Diagnostics {
  /// The version of the JSON form; it rises when a member changes its meaning or goes.
  static let jsonVersion: Int64 = 1

  private enum Kind: String {
    case error
    case warning
    case note
  }

  /// Says what is wrong and the next step, and gives the status to end with.
  static func report(_ error: any DiagnosticError) -> ExitStatus {
    if MessageStyle.current.isJSON {
      write(.error, json(of: error))
    } else {
      write("error: \(error.message) [\(error.id)]")
      if let hint = hint(for: error) { write("hint: \(hint)") }
    }
    return error.id == CommandError.Code.usage.rawValue ? .usage : .failed
  }

  /// The same for one of several files, which goes by this name.
  static func report(_ error: any DiagnosticError, about name: String) -> ExitStatus {
    report(CommandError(id: error.id, "\(naming: name) is not explained: \(error.message)", hint: hint(for: error)))
  }

  /// An error for programs: its id, what is wrong, and the next step where there is one.
  static func json(of error: any DiagnosticError) -> JSONObject {
    var object: JSONObject = ["id": .string(ExactText(error.id)), "message": .string(ExactText(error.message))]
    object["hint"] = hint(for: error).map { .string(ExactText($0)) }
    return object
  }

  /// Says what was done or tolerated without being asked for, unless `--quiet` is given.
  static func note(_ text: String) {
    let style = MessageStyle.current
    if style.isQuiet { return }
    write(.note, text, id: nil, in: style)
  }

  /// Says what works and should not be left so.
  static func warning(_ text: String) { write(.warning, text, id: nil, in: .current) }

  /// The same for what has an id.
  static func warning(_ text: String, id: String) { write(.warning, text, id: id, in: .current) }

  /// Shows lines that belong together, below one that says what they are: what a person decides about, which is no note.
  static func show(_ title: String, _ fields: FieldList) {
    if MessageStyle.current.isJSON {
      return write(.note, ["message": .string(ExactText(title)), "fields": fields.json])
    }
    write("note: \(title)")
    write(fields.screen)
  }

  /// The warnings of a report, each once.
  static func warn(of checks: [Check]) {
    var said: [Check.Finding] = []
    for finding in checks.compactMap(\.finding) {
      let isSaid = said.contains { $0.message == finding.message && $0.reason == finding.reason }
      if !isSaid { warning(finding.message, id: finding.reason) }
      said.append(finding)
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

  private static func write(_ kind: Kind, _ text: String, id: String?, in style: MessageStyle) {
    guard style.isJSON else { return write("\(kind.rawValue): \(text)" + (id.map { " [\($0)]" } ?? "")) }
    var object: JSONObject = [:]
    object["id"] = id.map { .string(ExactText($0)) }
    object["message"] = .string(ExactText(text))
    write(kind, object)
  }

  private static func write(_ kind: Kind, _ object: JSONObject) {
    let line: JSONObject = ["version": .integer(jsonVersion), ExactText(kind.rawValue): .object(object)]
    send(EscapedJSON(JSONWriter.text(.object(line))).description + "\n")
  }

  private static func write(_ text: String) {
    var screen = ScreenText()
    screen.append(prefix + text, indentation: prefix.utf8.count)
    write(screen)
  }

  private static func write(_ screen: ScreenText) {
    send(screen.text(columns: TerminalSize.columns(of: StandardStreams.messages)))
  }

  /// If standard error is gone, the message is lost.
  private static func send(_ text: String) {
    _ = FileOutput.write(Array(text.utf8).span, to: StandardStreams.messages)
  }

  private static let prefix = "keyroll: "
}
