import Glibc
import Keyroll

/// Asks a person on the controlling terminal, whatever the standard streams are.
struct TerminalPrompt: ~Copyable {
  private let terminal: Int32

  /// Nil when the process has no terminal to ask on.
  init?() {
    terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
    if terminal < 0 { return nil }
  }

  deinit { close(terminal) }

  /// True where what is written to standard error is seen on this terminal.
  var showsStandardError: Bool {
    let session = tcgetsid(STDERR_FILENO)
    return session >= 0 && session == getsid(0)
  }

  /// Shows the question and reads one line without showing it; blocks.
  ///
  /// Ctrl-C, ctrl-Z and their like do what they always do, after the terminal is as it was. Throws
  /// `secret-unavailable` when the input ends before the line does, and for a line of more than 4096 bytes.
  borrowing func secret(_ question: String) throws(KeyError) -> SecretBytes { try line(question, showsInput: false) }

  /// Shows the question and reads one line, shown as it is typed; true when the line is `yes` and nothing else.
  ///
  /// Blocks, obeys signals and throws as `secret` does.
  borrowing func confirms(_ question: String) throws(KeyError) -> Bool {
    let answer = try line(question, showsInput: true)
    return answer.withBytes { bytes in
      let yes = Array("yes".utf8)
      return bytes.count == yes.count && yes.indices.allSatisfy { bytes[$0] == yes[$0] }
    }
  }

  /// Writes whole lines, folded for the terminal.
  borrowing func say(_ screen: ScreenText) { say(screen.text(columns: TerminalSize.columns(of: terminal))) }

  private borrowing func say(_ text: String) {
    // A terminal that takes no text may still give some.
    _ = FileOutput.write(Array(text.utf8).span, to: terminal)
  }

  private borrowing func line(_ question: String, showsInput: Bool) throws(KeyError) -> SecretBytes {
    guard let interruptions = Interruptions(holding: Interruptions.all) else {
      throw KeyError(.secretUnavailable, "nothing can be asked on the terminal: \(SystemReason.last)")
    }
    var asks = true
    while true {
      let input = try LineInput(terminal, showsInput: showsInput)
      if asks { ask(question) }
      var line = SecretBytes(capacity: SecretFile.limit + 1)
      let interruption: Int32?
      do {
        interruption = try read(&line, until: interruptions)
      } catch {
        say("\n")
        throw error
      }
      input.end()
      guard let interruption else {
        // The line break that was typed is shown with the rest, or not.
        if !showsInput { say("\n") }
        return line.withoutTrailingNewline()
      }
      if interruption != SIGCONT { say("\n") }
      interruptions.obey(interruption)
      // Whoever stopped and continues the process may have changed the terminal and the screen: begin again.
      asks = interruption == SIGCONT
    }
  }

  /// Returns nil when the line is complete, or the signal that came before.
  private borrowing func read(_ line: inout SecretBytes, until interruptions: borrowing Interruptions) throws(KeyError)
    -> Int32?
  {
    while true {
      if let signal = try interruptions.wait(orForInputOn: terminal) { return signal }
      let received = line.append(from: terminal)
      if received < 0 {
        if errno == EINTR || errno == EAGAIN { continue }
        throw KeyError(.secretUnavailable, "the terminal cannot be read: \(SystemReason.last)")
      }
      if received == 0 { throw KeyError(.secretUnavailable, "the input ended before a line was typed at the prompt") }
      if line.endsWithNewline { return nil }
      if line.count > SecretFile.limit {
        throw KeyError(
          .secretUnavailable, "the line typed at the prompt is longer than \(SecretFile.limit) bytes")
      }
    }
  }

  /// Shows the question, folded for the terminal, with the cursor behind it.
  private borrowing func ask(_ question: String) {
    var screen = ScreenText()
    screen.append(question)
    let text = screen.text(columns: TerminalSize.columns(of: terminal))
    say(String(text.unicodeScalars.dropLast()))
  }
}
