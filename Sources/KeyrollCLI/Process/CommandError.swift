package import Keyroll

/// What only the command line can get wrong: its options, its input and its output.
package typealias CommandError = Failure<CommandErrorCode>

/// The reasons of a `CommandError`, by their stable ids.
package enum CommandErrorCode: String, FailureCode {
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
