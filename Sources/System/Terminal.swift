import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The controlling terminal of the process, whatever its standard streams are.
package struct Terminal: ~Copyable {
  private let descriptor: Descriptor

  /// Nil if the process has no terminal.
  package init?() {
    do throws(SystemReason) {
      descriptor = try Descriptor(unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY))
    } catch {
      return nil
    }
  }

  /// True if standard error is this terminal.
  package var showsStandardError: Bool {
    let session = tcgetsid(STDERR_FILENO)
    return session >= 0 && session == getsid(0)
  }

  /// The columns to fold text for.
  package var columns: Int? { TerminalSize.columns(of: descriptor.number) }

  package borrowing func write(_ text: String) {
    // A terminal that cannot be written to may still be read.
    _ = FileOutput.write(Array(text.utf8).span, to: descriptor.number)
  }

  /// Reads one line of at most `limit` bytes, with or without echo; blocks.
  ///
  /// `ask` shows the question: once the terminal is ready, and again if somebody has stopped and continued the process.
  /// Ctrl-C, ctrl-Z and the like do what they always do, after the terminal is restored. Throws `secret-unavailable` if
  /// the input ends before the line does, and for a longer line.
  package borrowing func line(
    showingInput: Bool, limit: Int, asking ask: () -> Void
  ) throws(SystemError) -> SecretBytes {
    guard let interruptions = Interruptions(holding: Signals.interrupting) else {
      throw SystemError(.secretUnavailable, "nothing can be asked on the terminal: \(SystemReason.last)")
    }
    var asks = true
    while true {
      let input = try LineInput(descriptor.number, showsInput: showingInput)
      if asks { ask() }
      var line = SecretBytes(capacity: limit + 1)
      let interruption: Int32?
      do {
        interruption = try read(&line, limit: limit, until: interruptions)
      } catch {
        write("\n")
        throw error
      }
      input.end()
      guard let interruption else {
        // The typed line break is echoed with the rest, or not.
        if !showingInput { write("\n") }
        return line.withoutTrailingNewline()
      }
      if interruption != SIGCONT { write("\n") }
      interruptions.obey(interruption)
      // A person who stops and continues the process may change the terminal and the screen in between: begin again.
      asks = interruption == SIGCONT
    }
  }

  /// Returns nil if the line is complete, or the signal that came before.
  private borrowing func read(
    _ line: inout SecretBytes, limit: Int, until interruptions: borrowing Interruptions
  ) throws(SystemError) -> Int32? {
    while true {
      if let signal = try interruptions.wait(orForInputOn: descriptor.number) { return signal }
      let received = line.append(from: descriptor.number)
      if received < 0 {
        if errno == EINTR || errno == EAGAIN { continue }
        throw SystemError(.secretUnavailable, "the terminal cannot be read: \(SystemReason.last)")
      }
      if received == 0 {
        throw SystemError(.secretUnavailable, "the input ended before a line was typed at the prompt")
      }
      if line.endsWithNewline { return nil }
      if line.count > limit {
        throw SystemError(.secretUnavailable, "the line typed at the prompt is longer than \(limit) bytes")
      }
    }
  }
}

/// The size of a terminal, in characters.
package struct TerminalSize: Sendable {
  package let columns: Int
  package let rows: Int

  /// The width for a terminal that does not know its own.
  private static let usualColumns = 80

  /// Of the terminal behind a descriptor; nil for anything else, and for a terminal that does not know its size.
  package init?(of descriptor: Int32) {
    var size = winsize()
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return nil
    }
    columns = Int(size.ws_col)
    rows = Int(size.ws_row)
  }

  /// The columns to fold text for; nil if a descriptor is not a terminal.
  package static func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard isatty(descriptor) == 1 else { return nil }
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return usualColumns }
    return Int(size.ws_col)
  }
}

/// A terminal in line mode, with or without echo, which is restored when this value is destroyed.
private struct LineInput: ~Copyable {
  private let terminal: Int32
  private let modes: termios

  /// Waits for the foreground, and drops what was typed before: a password would have been seen, and an answer would
  /// belong to a question that nobody had read.
  ///
  /// Throws `secret-unavailable`, also if the terminal goes on showing what is typed.
  init(_ terminal: Int32, showsInput: Bool) throws(SystemError) {
    var previous = termios()
    guard unsafe tcgetattr(terminal, &previous) == 0 else { throw Self.failure(SystemReason.last.description) }
    let echo = tcflag_t(ECHO | ECHOE | ECHOK | ECHONL)
    var wanted = previous
    wanted.c_lflag &= ~echo
    if showsInput { wanted.c_lflag |= tcflag_t(ECHO | ECHOE | ECHOK) }
    // The terminal itself edits the line.
    wanted.c_lflag |= tcflag_t(ICANON | ISIG)
    wanted.c_iflag |= tcflag_t(ICRNL)
    guard Self.set(&wanted, of: terminal) else { throw Self.failure(SystemReason.last.description) }
    // Success means that at least part of it was done (tcsetattr(3)).
    var made = termios()
    let isKnown = unsafe tcgetattr(terminal, &made) == 0
    if !showsInput && (!isKnown || made.c_lflag & echo != 0) {
      _ = Self.set(&previous, of: terminal)
      throw Self.failure("it goes on showing it")
    }
    self.terminal = terminal
    modes = previous
  }

  /// Restores the terminal now. Input that was typed and not read is dropped, not left to the shell.
  consuming func end() {}

  deinit {
    // From the background this would stop the process, and leave the terminal without echo.
    let mask = SignalMask(blocking: [SIGTTOU])
    var modes = modes
    // A failure cannot be reported: the terminal is gone.
    _ = Self.set(&modes, of: terminal)
    mask.restore()
  }

  /// A signal while the output drains is no reason to leave the terminal changed.
  private static func set(_ modes: inout termios, of terminal: Int32) -> Bool {
    while unsafe tcsetattr(terminal, TCSAFLUSH, &modes) != 0 {
      if errno != EINTR { return false }
    }
    return true
  }

  private static func failure(_ reason: String) -> SystemError {
    SystemError(.secretUnavailable, "the terminal cannot be made to hide what is typed: \(reason)")
  }
}
