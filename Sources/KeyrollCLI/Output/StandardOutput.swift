import Glibc
import Keyroll

/// Where results go unless a file is named.
enum StandardOutput {
  /// Where results go: what was standard output when the process started, under another number.
  ///
  /// Standard output itself is standard error from then on. Whatever a PKCS #11 module or another library prints, from its
  /// loading to the end, can then not end up among results.
  static let descriptor: Int32 = {
    // Far from the numbers that a user gives descriptors of their own.
    var own = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 100)
    if own < 0 { own = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1) }
    guard own >= 0 else { return STDOUT_FILENO }
    if dup2(STDERR_FILENO, STDOUT_FILENO) < 0 { close(STDOUT_FILENO) }
    return own
  }()

  /// True for `-`, which stands for it wherever a command takes the path of a result.
  static func isNamed(by path: String) -> Bool { path.utf8.elementsEqual("-".utf8) }

  /// Writes the whole text at once, unbuffered; throws `output-unwritable`.
  static func write(_ text: String) throws(CommandError) { try write(Array(text.utf8)) }

  /// The same for bytes, which may be no text.
  static func write(_ bytes: [UInt8]) throws(CommandError) {
    if let reason = FileOutput.write(bytes.span, to: descriptor) {
      throw CommandError(.outputUnwritable, "standard output cannot be written: \(reason)")
    }
  }

  /// Throws `usage` where a terminal would get bytes: it shows none, and who copies them from it changes them.
  static func refuseTerminal(for form: SigningRequestForm) throws(CommandError) {
    guard form == .input || !form.isText, isatty(descriptor) == 1 else { return }
    throw CommandError(
      .usage, "--as \(form.rawValue) writes bytes of which none may change, which are not for a terminal",
      hint: "send standard output into a file or a pipe")
  }

  /// Writes JSON for programs, which a person may see on a terminal all the same.
  static func write(_ object: JSONObject) throws(CommandError) {
    try write(EscapedJSON(JSONWriter.indentedText(.object(object))).description + "\n")
  }

  /// Writes a report for a person, folded where a terminal shows it.
  static func write(_ screen: ScreenText) throws(CommandError) {
    try write(screen.text(columns: TerminalSize.columns(of: descriptor)))
  }
}
