import Glibc

/// The size of a terminal, in characters.
struct TerminalSize {
  let columns: Int
  let rows: Int

  /// The width of a terminal that does not know its own.
  private static let usualColumns = 80

  /// Of the terminal that a descriptor leads to; nil where it leads elsewhere, or to one that does not know its size.
  init?(of descriptor: Int32 = StandardOutput.descriptor) {
    var size = winsize()
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return nil
    }
    columns = Int(size.ws_col)
    rows = Int(size.ws_row)
  }

  /// The columns to fold text for, nil where a descriptor leads to no terminal.
  static func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard isatty(descriptor) == 1 else { return nil }
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return usualColumns }
    return Int(size.ws_col)
  }
}
