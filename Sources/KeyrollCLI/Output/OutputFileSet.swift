import Glibc

/// Files that are written all or none, and over none that is there: that could not be taken back.
struct OutputFileSet {
  private let files: [OutputFile]

  /// Throws `usage` for a path that names no file.
  init(_ paths: [String]) throws(CommandError) {
    var files: [OutputFile] = []
    for path in paths { files.append(try OutputFile(path: path, replacing: false)) }
    self.files = files
  }

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
