import Glibc

/// Files that are written all or none.
struct OutputFileSet {
  private let files: [OutputFile]

  /// None of them may replace a file that is there, since that could not be taken back.
  init(_ files: [OutputFile]) { self.files = files }

  /// Throws what `write` would throw for what is there now.
  func check() throws(CommandError) {
    for file in files { try file.check() }
  }

  /// Writes one of the contents into each file; when one fails, those before it are removed.
  func write(_ contents: [[UInt8]]) throws(CommandError) {
    // Who interrupts a slow disk must not leave some of them behind.
    let mask = SignalMask(blocking: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
    defer { mask.restore() }
    var written: [OutputFile] = []
    do throws(CommandError) {
      for (file, bytes) in zip(files, contents) {
        try file.write(bytes.span)
        written.append(file)
      }
    } catch {
      for file in written { file.remove() }
      throw error
    }
  }
}
