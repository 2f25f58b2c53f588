import ArgumentParser

/// How a report is written.
struct FormatOptions: ParsableArguments {
  @Option(name: .customLong("format"), help: "Write text for people, or json, under a version, for programs.")
  var format: OutputFormat = .text
}
