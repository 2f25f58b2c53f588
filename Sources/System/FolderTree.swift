internal import CLinux

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A folder with folders of files in it, which is written whole or not at all, for its owner alone.
package enum FolderTree {
  /// Makes the folder under another name first, and then gives it its own; throws EEXIST for what already exists.
  ///
  /// - Parameter files: by their paths in the folder, such as `token-1/request.curl`, at most one folder deep.
  package static func write(_ files: [(path: String, bytes: [UInt8])], to path: String) throws(SystemReason) {
    let temporary = hiddenName(beside: path)
    try makeFolder(temporary)
    do throws(SystemReason) {
      var made: Set<String> = []
      for file in files {
        if let slash = file.path.utf8.firstIndex(of: UInt8(ascii: "/")) {
          let folder = String(file.path[..<slash])
          if made.insert(folder).inserted { try makeFolder("\(temporary)/\(folder)") }
        }
        try makeFile("\(temporary)/\(file.path)", holding: file.bytes)
      }
      try giveName(path, to: temporary)
    } catch {
      remove(files, from: temporary)
      throw error
    }
  }

  /// Makes a file of mode 0600 that is not there yet, and has it on the disk.
  package static func makeFile(_ path: String, holding bytes: [UInt8]) throws(SystemReason) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .last }
    defer { close(descriptor) }
    var position = 0
    while position < bytes.count {
      let rest = Array(bytes[position...])
      let written = unsafe Glibc.write(descriptor, rest, rest.count)
      if written < 0, errno != EINTR { throw .last }
      position += max(0, written)
    }
    if fsync(descriptor) != 0, errno != EINVAL { throw .last }
  }

  /// Puts a file in the place of one that may be there, whole or not at all.
  package static func replaceFile(_ path: String, holding bytes: [UInt8]) throws(SystemReason) {
    let temporary = hiddenName(beside: path)
    try makeFile(temporary, holding: bytes)
    if unsafe rename(temporary, path) == 0 { return }
    let reason = SystemReason.last
    unsafe unlink(temporary)
    throw reason
  }

  /// In the same folder, and hidden: what is left of a run that was killed is taken for nothing, neither here nor by a shell.
  private static func hiddenName(beside path: String) -> String {
    let start = path.utf8.lastIndex(of: UInt8(ascii: "/")).map(path.utf8.index(after:)) ?? path.startIndex
    return "\(path[..<start]).\(path[start...]).keyroll-\(String(UInt64.random(in: .min ... .max), radix: 16))"
  }

  /// Makes a folder of mode 0700; throws EEXIST for what already exists.
  package static func makeFolder(_ path: String) throws(SystemReason) {
    if unsafe mkdir(path, 0o700) != 0 { throw .last }
  }

  private static func giveName(_ path: String, to temporary: String) throws(SystemReason) {
    if unsafe linux_rename_noreplace(AT_FDCWD, temporary, path) == 0 { return }
    guard errno == EINVAL || errno == ENOSYS else { throw .last }
    // Where that rename is not known, as on some sticks: an empty folder that is made here may be replaced, and no other.
    try makeFolder(path)
    if unsafe rename(temporary, path) == 0 { return }
    let reason = SystemReason.last
    unsafe rmdir(path)
    throw reason
  }

  private static func remove(_ files: [(path: String, bytes: [UInt8])], from folder: String) {
    for file in files { unsafe unlink("\(folder)/\(file.path)") }
    for file in files {
      guard let slash = file.path.utf8.firstIndex(of: UInt8(ascii: "/")) else { continue }
      unsafe rmdir("\(folder)/\(file.path[..<slash])")
    }
    unsafe rmdir(folder)
  }
}

extension SystemReason {
  /// True if something of that name already exists.
  package var isExisting: Bool { code == EEXIST }
}
