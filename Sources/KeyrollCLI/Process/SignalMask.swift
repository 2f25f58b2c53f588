import Glibc

/// Signals that wait while something must not be interrupted.
///
/// No call here is judged: each fails for an argument that is not one of its constants, and for no other reason. Two of the
/// numbers from 1 to 64 are glibc's own, and `sigaddset` leaves them out.
struct SignalMask {
  private let previous: sigset_t

  /// From here on these signals wait; the process has one thread.
  init(blocking signals: [Int32]) {
    var set = Self.set(of: signals)
    var previous = sigset_t()
    unsafe sigprocmask(SIG_BLOCK, &set, &previous)
    self.previous = previous
  }

  /// Lets those pass again that passed before; one that has waited takes effect now.
  func restore() {
    var previous = previous
    unsafe sigprocmask(SIG_SETMASK, &previous, nil)
  }

  /// True for a signal that does nothing here.
  static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(signal, nil, &action) == 0 else { return false }
    // SIG_IGN is a number in the place of a function, which Swift cannot compare.
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }

  static func set(of signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in signals { unsafe sigaddset(&set, signal) }
    return set
  }
}
