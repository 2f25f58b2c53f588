#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Standard input, which can be read once.
package enum StandardInput {
  /// The number of its descriptor.
  package static let descriptor: Int32 = STDIN_FILENO

  package static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

  /// True for `-`, and for the system's names of standard input, in whatever spelling or behind a link.
  package static func isNamed(by path: String) -> Bool {
    if ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].contains(where: { $0.utf8.elementsEqual(path.utf8) }) {
      return true
    }
    // A file can be read again under its own name, and the null device contains nothing to lose.
    guard let own = try? FileStatus(ofDescriptor: STDIN_FILENO), let named = try? FileStatus(ofFileAt: path) else {
      return false
    }
    return (own.isStream || isTerminal) && own.identity == named.identity
  }
}

/// Where results go, and where messages about them go.
package enum StandardStreams {
  /// Where results go: the standard output that the process started with, under another number.
  ///
  /// Standard output itself becomes standard error. Nothing that a PKCS #11 module or another library prints, from its
  /// loading to the end, can then end up among results.
  package static let results: Int32 = {
    // Far above the numbers that users give to descriptors of their own.
    var own = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 100)
    if own < 0 { own = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1) }
    guard own >= 0 else { return STDOUT_FILENO }
    if dup2(STDERR_FILENO, STDOUT_FILENO) < 0 { close(STDOUT_FILENO) }
    return own
  }()

  /// Standard error.
  package static let messages: Int32 = STDERR_FILENO

  /// True if results are shown on a terminal.
  package static var showsResults: Bool { isatty(results) == 1 }

  /// Writes the whole result at once, unbuffered; throws the reason why not.
  package static func writeResult(_ bytes: Span<UInt8>) throws(SystemReason) {
    if let reason = FileOutput.write(bytes, to: results) { throw reason }
  }
}
