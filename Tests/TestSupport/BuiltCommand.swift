import Foundation

/// The built `keyroll`, run as a person or a script runs it.
public enum BuiltCommand {
  /// It is beside the test bundle, in any configuration.
  public static let path: String = {
    let bundle =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().appending(path: "keyroll").path
  }()

  /// Runs it to its end, without a terminal and with only the given environment.
  ///
  /// - Parameters:
  ///   - input: what standard input holds.
  ///   - descriptors: further open descriptors by number, with what each holds.
  ///   - output: a path that standard output goes to instead of being captured, such as `/dev/full`.
  public static func run(
    _ arguments: String..., input: [UInt8] = [], descriptors: [Int32: [UInt8]] = [:],
    environment: [String: String] = [:], output: String? = nil
  ) throws -> Outcome {
    try run(arguments, input: input, descriptors: descriptors, environment: environment, output: output)
  }

  /// The same for a list of arguments.
  public static func run(
    _ arguments: [String], input: [UInt8] = [], descriptors: [Int32: [UInt8]] = [:],
    environment: [String: String] = [:], output: String? = nil
  ) throws -> Outcome {
    let standardOutput = try output.map(NamelessFile.init(opening:)) ?? NamelessFile()
    let standardError = try NamelessFile()
    var child = ChildProcess(path: path, arguments: arguments, environment: environment)
    child.descriptors = try descriptors.mapValues(NamelessFile.init(holding:))
    child.descriptors[STDIN_FILENO] = try NamelessFile(holding: input)
    child.descriptors[STDOUT_FILENO] = standardOutput
    child.descriptors[STDERR_FILENO] = standardError
    let identifier = try child.start()
    let status = try ChildProcess.wait(for: identifier)
    return Outcome(
      status: status, output: output == nil ? try standardOutput.text() : "", error: try standardError.text())
  }
}
