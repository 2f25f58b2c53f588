#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The reason that a system call gave for failing.
package struct SystemReason: Error, CustomStringConvertible {
  package let code: Int32

  package init(code: Int32) { self.code = code }

  /// The reason of the last call that failed.
  package static var last: SystemReason { SystemReason(code: errno) }

  /// In lower case, for the end of a message: `no such file or directory`.
  package var description: String {
    unsafe strerror(code).flatMap { unsafe String(validatingCString: $0) }?.lowercased() ?? "error \(code)"
  }
}
