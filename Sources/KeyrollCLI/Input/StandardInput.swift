import Glibc

/// Standard input, which can be read once: see `CommandInputs`.
enum StandardInput {
  /// True for `-`, and for the names that the system has for it.
  static func isNamed(by path: String) -> Bool {
    ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].contains { $0.utf8.elementsEqual(path.utf8) }
  }

  /// Says that a person is waited for, who may have left the argument out, and what a terminal does to a long token.
  static func noteTerminal(at path: String) {
    guard isNamed(by: path), isatty(STDIN_FILENO) == 1 else { return }
    Diagnostics.note("the token is read from the terminal, up to ctrl-D; a terminal cuts lines off after 4095 bytes")
  }
}
