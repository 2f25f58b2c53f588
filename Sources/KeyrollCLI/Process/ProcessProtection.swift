import CLinux
import Glibc
import Keyroll

/// What the process does for the secrets it will hold, before it looks at anything else.
enum ProcessProtection {
  /// Throws `process-unprotected` when the kernel refuses, or OpenSSL.
  static func apply() throws(CommandError) {
    try forbidCoreDumps()
    removeBacktracer()
    // A closed pipe is then a failed write, which is reported as any other.
    signal(SIGPIPE, SIG_IGN)
    // So is a file that would be larger than the process may make.
    signal(SIGXFSZ, SIG_IGN)
    // Whoever started the process may ignore it, and then nobody learns how a program has ended.
    signal(SIGCHLD, SIG_DFL)
    try occupyStandardDescriptors()
    // From here on nothing but results goes there.
    _ = StandardOutput.descriptor
    guard OpenSSLProcess.ignoreConfiguration() else {
      throw CommandError(.processUnprotected, "OpenSSL cannot be kept from code that the environment names")
    }
  }

  private static func forbidCoreDumps() throws(CommandError) {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    // The limit does not hold where core_pattern pipes dumps to a program; being undumpable does.
    guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0, linux_forbid_dumping() == 0 else {
      throw CommandError(.processUnprotected, "the process cannot be kept out of core dumps: \(SystemReason.last)")
    }
  }

  /// The Swift runtime starts `swift-backtrace` on a crash where it finds it, which prints registers and memory.
  ///
  /// The runtime installs its handlers before `main`, also when the environment asks for them by `SWIFT_BACKTRACE`.
  private static func removeBacktracer() {
    for crash in [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP] { signal(crash, SIG_DFL) }
  }

  /// Takes the place of a closed standard stream, so that no file opened later is read or written in its stead.
  ///
  /// Each is opened the wrong way round: using it still fails.
  private static func occupyStandardDescriptors() throws(CommandError) {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free number, so that it is this one.
      guard unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) == descriptor else {
        throw CommandError(
          .processUnprotected, "a standard stream is closed, and /dev/null cannot take its place: \(SystemReason.last)")
      }
    }
  }
}
