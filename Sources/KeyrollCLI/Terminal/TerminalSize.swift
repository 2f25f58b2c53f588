import Glibc

/// The size of the terminal that standard output goes to, in characters.
struct TerminalSize {
  let columns: Int
  let rows: Int

  /// Nil where standard output goes elsewhere, or to a terminal that does not know its size.
  init?() {
    var size = winsize()
    guard unsafe ioctl(StandardOutput.descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return nil
    }
    columns = Int(size.ws_col)
    rows = Int(size.ws_row)
  }
}
