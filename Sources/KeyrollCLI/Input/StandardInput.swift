import Glibc

/// Standard input can be read once.
enum StandardInput {
  /// True for `-`, which stands for it wherever a command takes a path.
  static func isNamed(by path: String) -> Bool { path.utf8.elementsEqual("-".utf8) }

  /// Throws `usage` when more than one of these, each named as on the command line, reads it.
  static func requireOneReader(_ readers: KeyValuePairs<String, Bool>) throws(CommandError) {
    let names = readers.filter(\.value).map(\.key)
    if names.count > 1 {
      throw CommandError(
        .usage, "standard input cannot be both \(names.joined(separator: " and "))", hint: "give one of them by a file")
    }
  }

  /// Says that a person is waited for, who may have left the argument out, and what a terminal does to a long token.
  static func noteTerminal(at path: String) {
    guard isNamed(by: path), isatty(STDIN_FILENO) == 1 else { return }
    Diagnostics.note("the token is read from the terminal, up to ctrl-D; a terminal cuts lines off after 4095 bytes")
  }
}
