import Keyroll

/// What only the command line can get wrong: its options, its input and its output.
package struct CommandError: DiagnosticError, Hashable {
  /// The reasons, by their stable ids.
  package enum Code: String, Sendable, CaseIterable {
    case usage = "usage"
    case outputExists = "output-exists"
    case outputUnwritable = "output-unwritable"
    case deviceTimeout = "device-timeout"
    /// The system refused the thread that keeps the time of calls to a module.
    case deviceUnwatched = "device-unwatched"
    case processUnprotected = "process-unprotected"
    /// The person at the terminal did not answer yes.
    case notConfirmed = "not-confirmed"
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
