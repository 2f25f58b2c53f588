import Foundation

/// A line of shell, in which `keyroll` is the built command.
public enum Shell {
  /// Runs it to its end, without a terminal.
  public static func run(_ line: String, environment: [String: String] = [:]) throws -> Outcome {
    let output = try NamelessFile()
    let error = try NamelessFile()
    var child = ChildProcess(
      path: path, arguments: arguments(for: line), environment: environment.merging(search) { $1 })
    child.descriptors = [STDIN_FILENO: try NamelessFile(), STDOUT_FILENO: output, STDERR_FILENO: error]
    let status = try ChildProcess.wait(for: try child.start())
    return Outcome(status: status, output: try output.text(), error: try error.text())
  }

  /// Runs it on a terminal, with the job control that a person has.
  public static func session(_ line: String) throws -> TerminalSession {
    try TerminalSession(path, ["-m"] + arguments(for: line), environment: search)
  }

  private static let path = "/bin/sh"
  private static let search = [
    "PATH": "\(URL(fileURLWithPath: BuiltCommand.path).deletingLastPathComponent().path):/usr/bin:/bin"
  ]
  private static func arguments(for line: String) -> [String] { ["-c", line] }
}
