import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Tells which files with secrets in them other users of the machine can read.
package enum FileExposure {
  /// A warning for a regular file that its group or everybody may read; nil for any other, and for `-`.
  ///
  /// - Parameter contents: what the file holds: "the key", "the password".
  package static func warning(of path: String, holding contents: String) -> String? {
    var status = stat()
    guard !path.utf8.elementsEqual("-".utf8), unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_mode & (S_IRGRP | S_IROTH) != 0
    else { return nil }
    let readers = status.st_mode & S_IROTH != 0 ? "every user of this machine" : "the group of the file"
    let name = "\(naming: path)"
    // A name that is quoted or left out here is not what a shell would take.
    let command = name.utf8.elementsEqual(path.utf8) ? "chmod go-r \(name)" : "chmod go-r"
    return "\(name) holds \(contents), and \(readers) can read it: \(command)"
  }
}
