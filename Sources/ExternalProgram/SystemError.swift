internal import Glibc

/// The reason that a system call gave for failing.
struct SystemError: Error, CustomStringConvertible {
  let code: Int32

  /// The reason of the last call that failed.
  static var last: SystemError { SystemError(code: errno) }

  /// In lower case, for the end of a message: `no such file or directory`.
  var description: String {
    unsafe strerror(code).flatMap { unsafe String(validatingCString: $0) }?.lowercased() ?? "error \(code)"
  }
}
