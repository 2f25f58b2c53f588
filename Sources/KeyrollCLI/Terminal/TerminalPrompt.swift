import Keyroll

/// Asks a person on the controlling terminal, whatever the standard streams are.
struct TerminalPrompt: ~Copyable {
  private let terminal: Terminal

  /// Nil if the process has no terminal to ask on.
  init?() {
    guard let terminal = Terminal() else { return nil }
    self.terminal = terminal
  }

  /// True if standard error is this terminal.
  var showsStandardError: Bool { terminal.showsStandardError }

  /// Shows the question and reads one line without echo; blocks.
  ///
  /// Ctrl-C, ctrl-Z and the like do what they always do, after the terminal is restored. Throws `secret-unavailable`
  /// if the input ends before the line does, and for a line of more than 4096 bytes.
  borrowing func secret(_ question: String) throws(KeyError) -> SecretBytes { try line(question, showsInput: false) }

  /// Shows the question and reads one line with echo; true if the line is exactly these words.
  ///
  /// Blocks, obeys signals and throws as `secret` does.
  borrowing func confirms(_ question: String, by words: String = "yes") throws(KeyError) -> Bool {
    let answer = try line(question, showsInput: true)
    return answer.withBytes { bytes in
      let words = Array(words.utf8)
      return bytes.count == words.count && words.indices.allSatisfy { bytes[$0] == words[$0] }
    }
  }

  /// Writes whole lines, folded for the terminal.
  borrowing func say(_ screen: ScreenText) { terminal.write(screen.text(columns: terminal.columns)) }

  private borrowing func line(_ question: String, showsInput: Bool) throws(KeyError) -> SecretBytes {
    do throws(SystemError) {
      return try terminal.line(showingInput: showsInput, limit: SecretFile.limit) { ask(question) }
    } catch {
      throw KeyError(error)
    }
  }

  /// Shows the question, folded for the terminal, with the cursor after it.
  private borrowing func ask(_ question: String) {
    var screen = ScreenText()
    screen.append(question)
    terminal.write(String(screen.text(columns: terminal.columns).unicodeScalars.dropLast()))
  }
}
