internal import CLinux
import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the process does to protect the secrets that it will hold, before anything else.
package enum ProcessProtection {
  /// Throws `process-unprotected` if the kernel refuses.
  package static func apply() throws(SystemError) {
    try forbidCoreDumps()
    removeBacktracer()
    // A closed pipe then becomes a failed write, which is reported like any other.
    signal(SIGPIPE, SIG_IGN)
    // So does a file larger than the process may make.
    signal(SIGXFSZ, SIG_IGN)
    // The parent process may have set this signal to be ignored. The status of a program that has ended would then be
    // lost.
    signal(SIGCHLD, SIG_DFL)
    try occupyStandardDescriptors()
    // From here on, only results go to standard output.
    _ = StandardStreams.results
  }

  private static func forbidCoreDumps() throws(SystemError) {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    // The limit does not apply if core_pattern pipes dumps to a program; being undumpable does.
    guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0, linux_forbid_dumping() == 0 else {
      throw SystemError(.processUnprotected, "the process cannot be kept out of core dumps: \(SystemReason.last)")
    }
  }

  /// On a crash, the Swift runtime would start `swift-backtrace`, which prints registers and memory.
  ///
  /// The runtime installs its handlers before `main`, even if only the environment asks for them with
  /// `SWIFT_BACKTRACE`.
  private static func removeBacktracer() {
    for crash in [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP] { signal(crash, SIG_DFL) }
  }

  /// Opens /dev/null in place of a closed standard stream, so that no file opened later is used as that stream.
  ///
  /// Each is opened in the wrong direction, so using it still fails.
  private static func occupyStandardDescriptors() throws(SystemError) {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      // The system gives the lowest free number, which is this one.
      guard unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) == descriptor else {
        throw SystemError(
          .processUnprotected, "a standard stream is closed, and /dev/null cannot take its place: \(SystemReason.last)")
      }
    }
  }
}

/// What the process gets from outside, and how it ends.
package enum CurrentProcess {
  /// Ends it at once: nothing is flushed, and no other code runs.
  package static func end(_ status: Int32) -> Never { _exit(status) }

  /// Ends it by a signal with its default action. The parent process sees that, and a shell prints no message for a
  /// broken pipe.
  package static func endByBrokenPipe() -> Never {
    signal(SIGPIPE, SIG_DFL)
    var mask = sigset_t()
    unsafe sigemptyset(&mask)
    unsafe sigaddset(&mask, SIGPIPE)
    unsafe pthread_sigmask(SIG_UNBLOCK, &mask, nil)
    raise(SIGPIPE)
    _exit(128 + SIGPIPE)
  }

  /// The same as `end`, after a message on standard error. A signal handler may call it: it neither allocates nor
  /// locks.
  package static func end(_ status: Int32, saying message: StaticString) -> Never {
    unsafe write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
    _exit(status)
  }

  /// Registers a function that is called if a library ends the process by `exit`.
  package static func atEnd(_ function: @escaping @convention(c) () -> Void) { atexit(function) }

  /// The bytes of an environment variable that is not for a secret; nil if it is not set.
  package static func variable(_ name: String) -> [UInt8]? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe Array(UnsafeRawBufferPointer(start: value, count: strlen(value)))
  }
}

/// The C library that this process runs with.
package enum CLibrary {
  /// Such as `glibc 2.36`; nil for another library, which does not say.
  package static var version: String? {
    unsafe linux_glibc_version().flatMap { unsafe String(validatingCString: $0) }.map { "glibc \($0)" }
  }
}

/// The clock of the machine.
package enum WallClock {
  /// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
  package static var now: Int64 { Int64(time(nil)) }
}

/// The folder that relative paths begin in, as it was when this value was made.
package struct WorkingFolder: Sendable {
  /// Open until the process ends; -1 if it cannot be opened.
  private let descriptor: Int32

  package init() { descriptor = unsafe open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }

  /// Goes back to it.
  package func restore() { if descriptor >= 0 { _ = fchdir(descriptor) } }

  /// The absolute path of the folder that relative paths begin in now; nil if it is not text in UTF-8.
  package static func path() throws(SystemReason) -> String? {
    var folder = [CChar](repeating: 0, count: Int(PATH_MAX))
    guard unsafe getcwd(&folder, folder.count) != nil else { throw SystemReason.last }
    return String(validating: folder.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// A thread that runs until the process ends. It receives no signals: they are for the thread that prompts.
package enum BackgroundThread {
  /// Throws the reason if the system cannot start one.
  package static func start(_ work: @escaping @Sendable () -> Never) throws(SystemReason) {
    let mask = SignalMask(blocking: Signals.all)
    defer { mask.restore() }
    var thread = pthread_t()
    // Kept until the process ends, like the thread.
    let work = unsafe Unmanaged.passRetained(Work(body: work)).toOpaque()
    let failure = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Work>.fromOpaque(argument).takeUnretainedValue().body()
      }, work)
    if failure != 0 { throw SystemReason(code: failure) }
  }

  /// Blocks the calling thread for at least this time.
  package static func sleep(for time: Duration) {
    let (seconds, attoseconds) = time.components
    var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000) + 1)
    unsafe nanosleep(&time, nil)
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Never

    init(body: @escaping @Sendable () -> Never) { self.body = body }
  }
}

/// Tells the threads of the process apart.
package struct ThreadIdentity: Sendable, Hashable {
  private let thread: pthread_t

  package static var current: ThreadIdentity { ThreadIdentity(thread: pthread_self()) }
}
