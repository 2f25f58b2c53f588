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

  /// Those that end this process, without any that it was told to ignore, as by nohup.
  package static var endingThisProcess: [Int32] { ending.filter { !SignalMask.isIgnored($0) } }

  /// Every signal that may end, stop or continue the process and is not caused by a fault in it.
  static let interrupting = [
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGABRT, SIGALRM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF, SIGIO,
    SIGPWR, SIGXCPU,
  ]

  /// Those that a fault in the code causes.
  static let crashing = [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS]

  /// All of them.
  static let all = Array<Int32>(1...64)

  /// The current action of a signal: a function, or one of the numbers in place of a function, which Swift cannot
  /// compare.
  static func action(of signal: Int32) -> Int? {
    var action = sigaction()
    guard unsafe sigaction(signal, nil, &action) == 0 else { return nil }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
  }
}

/// Holds signals back while something must not be interrupted.
///
/// The results of these calls are not checked: each fails only for an argument that is not one of its constants. Two of
/// the numbers from 1 to 64 are glibc's own, and `sigaddset` leaves them out.
package struct SignalMask: Sendable {
  private let previous: sigset_t

  /// From here on these signals are held back; the process has one thread.
  package init(blocking signals: [Int32]) {
    var set = Self.set(of: signals)
    var previous = sigset_t()
    unsafe sigprocmask(SIG_BLOCK, &set, &previous)
    self.previous = previous
  }

  /// Lets the signals pass again that passed before; one that has waited takes effect now.
  package func restore() {
    var previous = previous
    unsafe sigprocmask(SIG_SETMASK, &previous, nil)
  }

  /// True for a signal that is ignored.
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

/// Signals that end, stop or continue the process. They are held back until they are obeyed or this value is destroyed;
/// then they take effect.
///
/// It uses a descriptor and not handlers: a handler could not restore a terminal without global state.
package struct Interruptions: ~Copyable {
  private let mask: SignalMask
  /// Readable once one of them has come.
  package let descriptor: Int32

  /// Nil if the system has no descriptor left.
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

  /// Returns a signal that came, or nil if there is something to read on the terminal; blocks.
  ///
  /// Throws `secret-unavailable` if the system cannot wait.
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

/// A function that is called if this process crashes, in place of the default action.
///
/// It is set before any signal comes, and cannot capture anything: it may neither allocate nor lock.
package enum CrashHandler {
  package typealias Function = @convention(c) (Int32) -> Void

  package static func install(_ function: @escaping Function) {
    for crash in Signals.crashing { signal(crash, function) }
  }

  /// A crash has its default action again, unless somebody else has changed it in the meantime.
  package static func remove(_ function: @escaping Function) {
    for crash in Signals.crashing {
      if unsafe Signals.action(of: crash) == unsafeBitCast(function, to: Int.self) { signal(crash, SIG_DFL) }
    }
  }
}
