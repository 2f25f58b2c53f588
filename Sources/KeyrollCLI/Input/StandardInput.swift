import Glibc

/// Standard input, which can be read once: see `CommandInputs`.
enum StandardInput {
  /// True for `-`, and for the names that the system has for it, in whatever spelling or behind a link.
  static func isNamed(by path: String) -> Bool {
    if ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].contains(where: { $0.utf8.elementsEqual(path.utf8) }) {
      return true
    }
    // A file can be read again under its own name, and the null device has nothing to lose.
    var (own, named) = (stat(), stat())
    guard unsafe fstat(STDIN_FILENO, &own) == 0, unsafe stat(path, &named) == 0 else { return false }
    let isStream = [S_IFIFO, S_IFSOCK].contains(own.st_mode & S_IFMT) || isatty(STDIN_FILENO) == 1
    return isStream && own.st_dev == named.st_dev && own.st_ino == named.st_ino
  }

  /// Says that a person is waited for, who may have left the argument out, and what a terminal does to a long token.
  static func noteTerminal(at path: String) {
    guard isNamed(by: path), isatty(STDIN_FILENO) == 1 else { return }
    Diagnostics.note("the token is read from the terminal, up to ctrl-D; a terminal cuts lines off after 4095 bytes")
  }
}
