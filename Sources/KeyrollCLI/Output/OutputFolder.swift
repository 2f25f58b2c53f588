import CLinux
import Glibc
import Keyroll

/// A folder of files that is written whole or not at all, and that nobody but its owner may enter.
package struct OutputFolder: ~Copyable {
  private let path: String
  private let name: String
  private let parent: Int32
  private let temporaryName: String
  private let folder: Int32
  private var names: [String] = []
  private var isDone = false

  /// Throws what `begin` would throw for what is there now, so that a key need not be used in vain.
  package static func check(path: String) throws(CommandError) {
    let (parentPath, name) = try parts(of: path)
    let parent = try openParent(parentPath, of: path)
    defer { close(parent) }
    var status = stat()
    if unsafe fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { throw exists(path) }
    if errno != ENOENT { throw unwritable(path, .last) }
  }

  /// Makes an empty folder of mode 0700 beside, without the name yet; it goes again unless `finish` is called.
  ///
  /// Throws `usage`, `output-exists` or `output-unwritable`.
  package init(path: String) throws(CommandError) {
    try Self.check(path: path)
    let (parentPath, name) = try Self.parts(of: path)
    let parent = try Self.openParent(parentPath, of: path)
    let temporaryName = NewFile.temporaryName()
    guard unsafe mkdirat(parent, temporaryName, 0o700) == 0 else {
      let reason = WriteFailure.last
      close(parent)
      throw Self.unwritable(path, reason)
    }
    let folder = unsafe openat(parent, temporaryName, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    if let failure = folder < 0 ? .last : WriteFailure.settingMode(0o700, of: folder) {
      unsafe unlinkat(parent, temporaryName, AT_REMOVEDIR)
      close(parent)
      if folder >= 0 { close(folder) }
      throw Self.unwritable(path, failure)
    }
    self.path = path
    self.name = name
    self.parent = parent
    self.temporaryName = temporaryName
    self.folder = folder
  }

  deinit {
    if !isDone {
      for name in names { unsafe unlinkat(folder, name, 0) }
      unsafe unlinkat(parent, temporaryName, AT_REMOVEDIR)
    }
    close(folder)
    close(parent)
  }

  /// Adds a file of mode 0600; throws `output-unwritable`.
  package mutating func add(_ name: String, _ bytes: Span<UInt8>) throws(CommandError) {
    names.append(name)
    if let reason = NewFile.make(name, in: folder, holding: bytes) { throw Self.unwritable(path, reason) }
  }

  /// Gives the folder its name, when all of it is on the disk; throws `output-exists` or `output-unwritable`.
  package mutating func finish() throws(CommandError) {
    // Some file systems cannot, and say so by EINVAL.
    if fsync(folder) != 0, errno != EINVAL { throw Self.unwritable(path, .last) }
    try giveName()
    isDone = true
    if fsync(parent) != 0, errno != EINVAL { throw Self.unwritable(path, .last) }
  }

  private func giveName() throws(CommandError) {
    if unsafe linux_rename_noreplace(parent, temporaryName, name) == 0 { return }
    if errno == EINVAL || errno == ENOSYS {
      // Where that rename is not known: a folder of the name that is made here and empty may be replaced, and no other.
      if unsafe mkdirat(parent, name, 0o700) == 0 {
        if unsafe renameat(parent, temporaryName, parent, name) == 0 { return }
        let reason = WriteFailure.last
        unsafe unlinkat(parent, name, AT_REMOVEDIR)
        throw Self.unwritable(path, reason)
      }
    }
    throw errno == EEXIST ? Self.exists(path) : Self.unwritable(path, .last)
  }

  /// The folder it goes into and its name; slashes at the end do not count.
  private static func parts(of path: String) throws(CommandError) -> (parent: String, name: String) {
    var text = path.utf8[...]
    while text.count > 1, text.last == UInt8(ascii: "/") { text.removeLast() }
    let name = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).last ?? text
    guard !name.isEmpty, !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8), !text.contains(0) else {
      throw CommandError.usage("--output takes the path of a new folder, not \(naming: path)")
    }
    let parent = text.dropLast(name.count)
    return (parent.isEmpty ? "." : String(Substring(parent)), String(Substring(name)))
  }

  private static func openParent(_ parentPath: String, of path: String) throws(CommandError) -> Int32 {
    let parent = unsafe open(parentPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard parent >= 0 else { throw unwritable(path, .last) }
    return parent
  }

  private static func exists(_ path: String) -> CommandError {
    CommandError(.outputExists, "\(naming: path) is there already", hint: "choose another name")
  }

  private static func unwritable(_ path: String, _ reason: WriteFailure) -> CommandError {
    CommandError(.outputUnwritable, "\(naming: path) cannot be written: \(reason)")
  }
}
