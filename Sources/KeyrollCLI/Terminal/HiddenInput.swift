import Glibc
import Keyroll

/// A terminal that does not show what is typed, and is as it was when this value goes.
struct HiddenInput: ~Copyable {
  private let terminal: Int32
  private let modes: termios

  /// Waits for the foreground, and drops what was typed before: it has been seen. Throws `secret-unavailable`.
  init(_ terminal: Int32) throws(KeyError) {
    var previous = termios()
    guard unsafe tcgetattr(terminal, &previous) == 0 else { throw Self.failure }
    var hiding = previous
    hiding.c_lflag &= ~tcflag_t(ECHO | ECHOE | ECHOK | ECHONL)
    // Whole lines, edited by the terminal itself.
    hiding.c_lflag |= tcflag_t(ICANON | ISIG)
    hiding.c_iflag |= tcflag_t(ICRNL)
    guard unsafe tcsetattr(terminal, TCSAFLUSH, &hiding) == 0 else { throw Self.failure }
    self.terminal = terminal
    modes = previous
  }

  /// Restores the terminal now; what was typed and not read is dropped, not left to the shell.
  consuming func end() {}

  deinit {
    // From the background this would stop the process, and leave the terminal silent.
    let mask = SignalMask(blocking: [SIGTTOU])
    var modes = modes
    unsafe tcsetattr(terminal, TCSAFLUSH, &modes)
    mask.restore()
  }

  private static var failure: KeyError {
    KeyError(.secretUnavailable, "the terminal cannot be made to hide what is typed: \(SystemError.last)")
  }
}
