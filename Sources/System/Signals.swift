internal import CLinux
import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The signals that are treated alike here, by their numbers (signal(7)).
package enum Signals {
  /// The signals with which a person or the system asks a process to end.
  package static let ending = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

  /// Those that end this process, but not one that it was told to ignore, as by nohup.
  package static var endingThisProcess: [Int32] { ending.filter { !SignalMask.isIgnored($0) } }

  /// Every signal that may end, stop or continue the process and does not come of its own fault.
  static let interrupting = [
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGABRT, SIGALRM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF, SIGIO,
    SIGPWR, SIGXCPU,
  ]

  /// Those that come of a fault in the code.
  static let crashing = [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS]

  /// All of them.
  static let all = Array<Int32>(1...64)

  /// What a signal does now: a function, or one of the numbers that stand for no function, which Swift cannot compare.
  static func action(of signal: Int32) -> Int? {
    var action = sigaction()
    guard unsafe sigaction(signal, nil, &action) == 0 else { return nil }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
  }
}

/// Signals that wait while something must not be interrupted.
///
/// No call here is judged: each fails for an argument that is not one of its constants, and for no other reason. Two of the
/// numbers from 1 to 64 are glibc's own, and `sigaddset` leaves them out.
package struct SignalMask: Sendable {
  private let previous: sigset_t

  /// From here on these signals wait; the process has one thread.
  package init(blocking signals: [Int32]) {
    var set = Self.set(of: signals)
    var previous = sigset_t()
    unsafe sigprocmask(SIG_BLOCK, &set, &previous)
    self.previous = previous
  }

  /// Lets those pass again that passed before; one that has waited takes effect now.
  package func restore() {
    var previous = previous
    unsafe sigprocmask(SIG_SETMASK, &previous, nil)
  }

  /// True for a signal that does nothing here.
  package static func isIgnored(_ signal: Int32) -> Bool {
    // SIG_IGN.
    Signals.action(of: signal) == 1
  }

  static func set(of signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal) }
    return set
  }
}

/// Signals that end, stop or continue the process, held back until they are obeyed or this value goes; then they take effect.
///
/// As a descriptor, not by handlers: a handler could not restore a terminal without global state.
package struct Interruptions: ~Copyable {
  private let mask: SignalMask
  /// Readable when one of them has come.
  package let descriptor: Int32

  /// Nil when the system has no descriptor left.
  package init?(holding signals: [Int32]) {
    var set = SignalMask.set(of: signals)
    descriptor = unsafe signalfd(-1, &set, Int32(SFD_CLOEXEC))
    guard descriptor >= 0 else { return nil }
    mask = SignalMask(blocking: signals)
  }

  deinit {
    close(descriptor)
    mask.restore()
  }

  /// Returns a signal that came, or nil when there is something to read on the terminal; blocks.
  ///
  /// Throws `secret-unavailable` when the system does not let it wait.
  func wait(orForInputOn terminal: Int32) throws(SystemError) -> Int32? {
    var events = [descriptor, terminal].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    while unsafe poll(&events, nfds_t(events.count), -1) < 0 {
      if errno != EINTR {
        throw SystemError(.secretUnavailable, "the terminal cannot be waited for: \(SystemReason.last)")
      }
    }
    guard events[0].revents != 0 else { return nil }
    var information = signalfd_siginfo()
    guard unsafe read(descriptor, &information, MemoryLayout.size(ofValue: information)) > 0 else { return nil }
    return Int32(truncatingIfNeeded: information.ssi_signo)
  }

  /// Lets the signal do what it does; returns if the process goes on.
  func obey(_ signal: Int32) {
    var set = SignalMask.set(of: [signal])
    unsafe sigprocmask(SIG_UNBLOCK, &set, nil)
    raise(signal)
    unsafe sigprocmask(SIG_BLOCK, &set, nil)
  }
}

/// A function that is called when this process crashes, in place of what the system does.
///
/// It must be known before a signal comes, and can capture nothing: it may neither allocate nor lock.
package enum CrashHandler {
  package typealias Function = @convention(c) (Int32) -> Void

  package static func install(_ function: @escaping Function) {
    for crash in Signals.crashing { signal(crash, function) }
  }

  /// A crash is what it is again, unless somebody else has taken it over in the meantime.
  package static func remove(_ function: @escaping Function) {
    for crash in Signals.crashing {
      if unsafe Signals.action(of: crash) == unsafeBitCast(function, to: Int.self) { signal(crash, SIG_DFL) }
    }
  }
}
