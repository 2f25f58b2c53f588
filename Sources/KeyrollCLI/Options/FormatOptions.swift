import ArgumentParser

/// How a report is written.
struct FormatOptions: ParsableArguments {
  @Option(name: .customLong("format"), help: "How to write the result.")
  var format: OutputFormat = .text
}
