import Keyroll

/// What only the command line can get wrong: its options, its input and its output.
package struct CommandError: DiagnosticError, Hashable {
  /// The reasons, by their stable ids.
  package enum Code: String, Sendable, CaseIterable {
    case usage = "usage"
    case outputExists = "output-exists"
    case outputUnwritable = "output-unwritable"
    case deviceTimeout = "device-timeout"
    case processUnprotected = "process-unprotected"
  }

  package let code: Code
  package let message: String
  package let hint: String?

  package var id: String { code.rawValue }

  package init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
