import ArgumentParser

/// A command with options that may be given several times; of any other the parser would silently take the last.
protocol RepeatableOptions: ParsableCommand {
  /// As they are typed: `--hint`.
  static var repeatableOptions: [String] { get }
}
