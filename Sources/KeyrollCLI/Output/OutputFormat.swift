import ArgumentParser

/// How a report is written: for people, or versioned for programs.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}
