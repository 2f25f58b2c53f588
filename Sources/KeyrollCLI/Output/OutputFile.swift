import CLinux
import Glibc
import Keyroll

/// A file that is written whole or not at all, and that nobody but its owner may read.
package struct OutputFile {
  private let path: String
  private let directoryPath: String
  private let name: String
  private let replaces: Bool

  /// Throws `usage` for a path that names no file. `replacing` lets it take the place of a file that is there.
  package init(path: String, replacing: Bool) throws(CommandError) {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard let last = parts.last, !last.isEmpty, !path.utf8.contains(0) else {
      throw CommandError.usage("--output takes the path of a file, not \(naming: path)")
    }
    self.path = path
    name = String(Substring(last))
    directoryPath = parts.count == 1 ? "." : String(Substring(path.utf8.dropLast(last.count)))
    replaces = replacing
  }

  /// Throws what `write` would throw for what is there now, so that a key need not be used in vain.
  package func check() throws(CommandError) {
    let directory = try openDirectory()
    defer { close(directory) }
    try check(in: directory)
  }

  /// True when what is there now is one of the files that are read.
  func isAmong(_ inputs: CommandInputs) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && inputs.contains(status)
  }

  /// True when both are to have the same name in the same folder, by whatever path.
  func isSame(as other: OutputFile) -> Bool {
    var (own, others) = (stat(), stat())
    guard unsafe stat(directoryPath, &own) == 0, unsafe stat(other.directoryPath, &others) == 0 else { return false }
    return own.st_dev == others.st_dev && own.st_ino == others.st_ino && name.utf8.elementsEqual(other.name.utf8)
  }

  /// Puts the bytes into a new file beside, with mode 0600, and gives it the name when all of it is on the disk.
  ///
  /// A symbolic link of that name is neither followed nor replaced: `/dev/stdout` is one. Throws `output-exists` or `output-unwritable`.
  package func write(_ bytes: Span<UInt8>) throws(CommandError) {
    let directory = try openDirectory()
    defer { close(directory) }
    try check(in: directory)
    // Who interrupts a slow disk must not leave half a file behind.
    let mask = SignalMask(blocking: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
    defer { mask.restore() }
    let temporaryName = NewFile.temporaryName()
    do throws(CommandError) {
      if let reason = NewFile.make(temporaryName, in: directory, holding: bytes) { throw unwritable(reason) }
      try giveName(to: temporaryName, in: directory)
    } catch {
      unsafe unlinkat(directory, temporaryName, 0)
      throw error
    }
    // Some file systems cannot, and say so by EINVAL.
    if fsync(directory) != 0, errno != EINVAL { throw unwritable(.last) }
  }

  /// Takes back what `write` has just written.
  func remove() { unsafe unlink(path) }

  private func openDirectory() throws(CommandError) -> Int32 {
    let directory = unsafe open(directoryPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw unwritable(.last) }
    return directory
  }

  private func check(in directory: Int32) throws(CommandError) {
    var status = stat()
    guard unsafe fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      if errno == ENOENT { return }
      throw unwritable(.last)
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw unwritable(.system(SystemReason(code: EISDIR)))
    case S_IFREG: if !replaces { throw exists }
    case S_IFLNK:
      throw CommandError(
        .outputUnwritable, "\(naming: path) is a symbolic link, and --output makes files",
        hint: "name the file that it should lead to, or leave --output out and redirect standard output")
    default:
      throw CommandError(
        .outputUnwritable, "\(naming: path) is a device, pipe or socket, and --output makes files",
        hint: "leave --output out and redirect standard output")
    }
  }

  private func giveName(to temporaryName: String, in directory: Int32) throws(CommandError) {
    if replaces {
      guard unsafe renameat(directory, temporaryName, directory, name) == 0 else { throw unwritable(.last) }
      return
    }
    if unsafe linux_rename_noreplace(directory, temporaryName, name) == 0 { return }
    // Not every file system knows that rename; a hard link is refused over a file that is there, too.
    if errno == EINVAL || errno == ENOSYS, unsafe linkat(directory, temporaryName, directory, name, 0) == 0 {
      unsafe unlinkat(directory, temporaryName, 0)
      return
    }
    throw errno == EEXIST ? exists : unwritable(.last)
  }

  private var exists: CommandError {
    CommandError(
      .outputExists, "\(naming: path) is there already", hint: "choose another name, or replace it with --force")
  }

  private func unwritable(_ reason: WriteFailure) -> CommandError {
    CommandError(.outputUnwritable, "\(naming: path) cannot be written: \(reason)")
  }
}
