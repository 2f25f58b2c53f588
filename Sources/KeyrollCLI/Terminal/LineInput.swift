import Glibc
import Keyroll

/// A terminal that takes whole lines, shown as they are typed or not, and is as it was when this value goes.
struct LineInput: ~Copyable {
  private let terminal: Int32
  private let modes: termios

  /// Waits for the foreground, and drops what was typed before: a password would have been seen, and an answer would be one to
  /// a question that nobody had read.
  ///
  /// Throws `secret-unavailable`, also for a terminal that shows what is typed all the same.
  init(_ terminal: Int32, showsInput: Bool) throws(KeyError) {
    var previous = termios()
    guard unsafe tcgetattr(terminal, &previous) == 0 else { throw Self.failure(SystemReason.last.description) }
    let echo = tcflag_t(ECHO | ECHOE | ECHOK | ECHONL)
    var wanted = previous
    wanted.c_lflag &= ~echo
    if showsInput { wanted.c_lflag |= tcflag_t(ECHO | ECHOE | ECHOK) }
    // Edited by the terminal itself.
    wanted.c_lflag |= tcflag_t(ICANON | ISIG)
    wanted.c_iflag |= tcflag_t(ICRNL)
    guard Self.set(&wanted, of: terminal) else { throw Self.failure(SystemReason.last.description) }
    // Success means that some of it was done (tcsetattr(3)).
    var made = termios()
    let isKnown = unsafe tcgetattr(terminal, &made) == 0
    if !showsInput && (!isKnown || made.c_lflag & echo != 0) {
      _ = Self.set(&previous, of: terminal)
      throw Self.failure("it goes on showing it")
    }
    self.terminal = terminal
    modes = previous
  }

  /// Restores the terminal now; what was typed and not read is dropped, not left to the shell.
  consuming func end() {}

  deinit {
    // From the background this would stop the process, and leave the terminal silent.
    let mask = SignalMask(blocking: [SIGTTOU])
    var modes = modes
    // There is nobody to tell of a failure: the terminal is gone.
    _ = Self.set(&modes, of: terminal)
    mask.restore()
  }

  /// A signal while the output drains is no reason to leave the terminal as it is.
  private static func set(_ modes: inout termios, of terminal: Int32) -> Bool {
    while unsafe tcsetattr(terminal, TCSAFLUSH, &modes) != 0 {
      if errno != EINTR { return false }
    }
    return true
  }

  private static func failure(_ reason: String) -> KeyError {
    KeyError(.secretUnavailable, "the terminal cannot be made to hide what is typed: \(reason)")
  }
}
