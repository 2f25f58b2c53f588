public import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A failure of the system with a file, secret or process.
public typealias SystemError = Failure<SystemErrorCode>

/// The reasons of a `SystemError`, by their stable ids.
@nonexhaustive
public enum SystemErrorCode: String, FailureCode {
  case fileUnreadable = "file-unreadable"
  case fileTooLarge = "file-too-large"
  /// A link, folder, pipe, device or socket instead of a file.
  case fileNotRegular = "file-not-regular"
  case secretUnavailable = "secret-unavailable"
  case outputExists = "output-exists"
  case outputUnwritable = "output-unwritable"
  case processUnprotected = "process-unprotected"
}

/// The reason that a system call gave for its failure.
package struct SystemReason: Error, Hashable, CustomStringConvertible {
  package let code: Int32

  package init(code: Int32) { self.code = code }

  /// The reason for which the last call failed.
  package static var last: SystemReason { SystemReason(code: errno) }

  package static var invalidArgument: SystemReason { SystemReason(code: EINVAL) }
  package static var resultTooLarge: SystemReason { SystemReason(code: ERANGE) }
  /// The file is neither a program nor a script that names its interpreter.
  package static var unknownFormat: SystemReason { SystemReason(code: ENOEXEC) }

  /// True if the reader of a pipe has gone.
  package var isReaderGone: Bool { code == EPIPE }

  /// In lower case, for the end of a message: `no such file or directory`.
  package var description: String {
    unsafe strerror(code).flatMap { unsafe String(validatingCString: $0) }?.lowercased() ?? "error \(code)"
  }
}
