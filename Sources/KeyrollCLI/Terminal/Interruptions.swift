import CLinux
import Glibc
import Keyroll

/// Signals that end, stop or continue the process, held back until they are obeyed or this value goes; then they take effect.
///
/// As a descriptor, not by handlers: a handler could not restore a terminal without global state.
struct Interruptions: ~Copyable {
  /// Every signal that may end, stop or continue the process and does not come of its own fault.
  static let all = [
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGABRT, SIGALRM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF, SIGIO,
    SIGPWR, SIGXCPU,
  ]

  private let mask: SignalMask
  /// Readable when one of them has come.
  let descriptor: Int32

  /// Nil when the system has no descriptor left.
  init?(holding signals: [Int32]) {
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
  func wait(orForInputOn terminal: Int32) throws(KeyError) -> Int32? {
    var events = [descriptor, terminal].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    while unsafe poll(&events, nfds_t(events.count), -1) < 0 {
      if errno != EINTR {
        throw KeyError(.secretUnavailable, "the terminal cannot be waited for: \(SystemReason.last)")
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
