public import Messages

/// A file, secret or process with which the system did not do what was asked.
public typealias SystemError = Failure<SystemErrorCode>

/// The reasons of a `SystemError`, by their stable ids.
@nonexhaustive
public enum SystemErrorCode: String, FailureCode {
  case fileUnreadable = "file-unreadable"
  case fileTooLarge = "file-too-large"
  case secretUnavailable = "secret-unavailable"
}
