import ArgumentParser

/// How a report is written.
struct FormatOptions: ParsableArguments {
  @Option(name: .customLong("format"), help: ArgumentHelp("text for people, json for programs, which is versioned.", valueName: "format"))
  var format: OutputFormat = .text
}
