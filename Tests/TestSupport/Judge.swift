import Foundation

/// A foreign program that judges or makes tokens.
public enum Judge {
  /// The Python of `.build/judges`, which `scripts/test.sh` installs.
  public static let python: String? = {
    let path = checkout.appending(path: ".build/judges/bin/python3").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  /// Why a test that needs it did not run.
  public static let absence = "the Python judges are not installed: scripts/test.sh does it"

  /// Runs one of the scripts in `Tests/Judges`.
  public static func run(script: String, _ arguments: [String], input: [UInt8] = []) throws -> Outcome {
    guard let python else { throw SystemFailure(absence, code: ENOENT) }
    return try run(python, [checkout.appending(path: "Tests/Judges/\(script).py").path] + arguments, input: input)
  }

  /// Runs a program to its end and captures its output.
  public static func run(_ program: String, _ arguments: [String], input: [UInt8] = []) throws -> Outcome {
    let output = try NamelessFile()
    let error = try NamelessFile()
    var child = ChildProcess(
      path: program, arguments: arguments, environment: ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"])
    child.descriptors = [STDIN_FILENO: try NamelessFile(holding: input), STDOUT_FILENO: output, STDERR_FILENO: error]
    let status = try ChildProcess.wait(for: try child.start())
    return Outcome(status: status, output: try output.text(), error: try error.text())
  }
}
