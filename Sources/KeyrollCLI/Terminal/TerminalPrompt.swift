import Glibc
import Keyroll

/// Asks a person for a secret on the controlling terminal, whatever the standard streams are.
struct TerminalPrompt: ~Copyable {
  private let terminal: Int32

  /// Nil when the process has no terminal to ask on.
  init?() {
    terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
    if terminal < 0 { return nil }
  }

  deinit { close(terminal) }

  /// Shows the question and reads one line without showing it; blocks.
  ///
  /// Ctrl-C, ctrl-Z and their like do what they always do, after the terminal is as it was. Throws
  /// `secret-unavailable` when the input ends before the line does, and for a line of more than 4096 bytes.
  borrowing func secret(_ question: String) throws(KeyError) -> SecretBytes {
    guard let interruptions = Interruptions(holding: Interruptions.all) else {
      throw KeyError(.secretUnavailable, "no password can be asked for: \(SystemError.last)")
    }
    var asks = true
    while true {
      let hidden = try HiddenInput(terminal)
      if asks { say(question) }
      var line = SecretBytes(capacity: SecretFile.limit + 1)
      let interruption: Int32?
      do {
        interruption = try read(&line, until: interruptions)
      } catch {
        say("\n")
        throw error
      }
      hidden.end()
      if interruption != SIGCONT { say("\n") }
      guard let interruption else { return line.withoutTrailingNewline() }
      interruptions.obey(interruption)
      // Whoever stopped and continues the process may have changed the terminal and the screen: hide and ask again.
      asks = interruption == SIGCONT
    }
  }

  /// Returns nil when the line is complete, or the signal that came before.
  private borrowing func read(_ line: inout SecretBytes, until interruptions: borrowing Interruptions) throws(KeyError)
    -> Int32?
  {
    while true {
      if let signal = interruptions.wait(orForInputOn: terminal) { return signal }
      let received = line.append(from: terminal)
      if received < 0 {
        if errno == EINTR || errno == EAGAIN { continue }
        throw KeyError(.secretUnavailable, "the terminal cannot be read: \(SystemError.last)")
      }
      if received == 0 { throw KeyError(.secretUnavailable, "the input ended before a line was typed at the prompt") }
      if line.endsWithNewline { return nil }
      if line.count > SecretFile.limit { throw SecretFile.tooLong("the line typed at the prompt", .password) }
    }
  }

  private borrowing func say(_ text: String) {
    // A terminal that takes no text may still give some.
    _ = FileOutput.write(Array(text.utf8).span, to: terminal)
  }
}
