internal import CLinux
import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A folder of files, and of folders with files, that is written whole or not at all, and that only its owner may enter.
package struct OutputFolder: ~Copyable {
  private let path: String
  private let name: String
  private let parent: Descriptor
  private let temporaryName: String
  private let folder: Descriptor
  // Somebody who interrupts a slow write must not leave half a folder behind.
  private let mask: SignalMask
  private var names: [String] = []
  private var folders: [String] = []
  private var isDone = false

  /// False for a path that cannot name a new folder: an empty one, `/`, `.` and `..`.
  package static func isNamed(by path: String) -> Bool { (try? parts(of: path)) != nil }

  /// Throws now what making it would throw, so that a key is not used in vain.
  package static func check(path: String) throws(SystemError) {
    let (parentPath, name) = try parts(of: path)
    let parent = try openParent(parentPath, of: path)
    do throws(SystemReason) {
      _ = try FileStatus(of: name, inFolder: parent.number)
    } catch {
      if error.code == ENOENT { return }
      throw unwritable(path, .system(error))
    }
    throw exists(path)
  }

  /// Makes an empty folder of mode 0700 beside the path, under a temporary name; it is removed again unless `finish` is
  /// called.
  ///
  /// Signals that end the process are held back while this value exists. Throws `output-exists` or `output-unwritable`.
  package init(path: String) throws(SystemError) {
    try Self.check(path: path)
    let (parentPath, name) = try Self.parts(of: path)
    let parent = try Self.openParent(parentPath, of: path)
    let temporaryName = NewFile.temporaryName()
    let mask = SignalMask(blocking: Signals.ending)
    let folder: Descriptor
    do throws(WriteFailure) {
      folder = try Self.make(temporaryName, in: parent.number)
    } catch {
      mask.restore()
      throw Self.unwritable(path, error)
    }
    self.path = path
    self.name = name
    self.parent = parent
    self.temporaryName = temporaryName
    self.folder = folder
    self.mask = mask
  }

  deinit {
    if !isDone {
      for name in names { unsafe unlinkat(folder.number, name, 0) }
      for name in folders { unsafe unlinkat(folder.number, name, AT_REMOVEDIR) }
      unsafe unlinkat(parent.number, temporaryName, AT_REMOVEDIR)
    }
    mask.restore()
  }

  /// Adds a file of mode 0600 by its path in the folder, at most one folder deep, such as `add-key-1/request.curl`.
  ///
  /// Throws `output-unwritable`.
  package mutating func add(_ file: String, _ bytes: Span<UInt8>) throws(SystemError) {
    do throws(WriteFailure) {
      try make(file, bytes)
    } catch {
      throw Self.unwritable(path, error)
    }
  }

  private mutating func make(_ file: String, _ bytes: Span<UInt8>) throws(WriteFailure) {
    let failure: WriteFailure?
    if let slash = file.utf8.firstIndex(of: UInt8(ascii: "/")) {
      let inner = try innerFolder(String(file[..<slash]))
      names.append(file)
      failure = NewFile.make(String(file[file.utf8.index(after: slash)...]), in: inner.number, holding: bytes)
    } else {
      names.append(file)
      failure = NewFile.make(file, in: folder.number, holding: bytes)
    }
    if let failure { throw failure }
  }

  /// Opens a folder in it, which is made at the first time.
  private mutating func innerFolder(_ name: String) throws(WriteFailure) -> Descriptor {
    if !folders.contains(name) {
      let inner = try Self.make(name, in: folder.number)
      folders.append(name)
      return inner
    }
    return try Self.open(name, in: folder.number)
  }

  /// Makes a folder with these files, by their paths as `add` takes them; throws `output-exists` or `output-unwritable`.
  package static func write(_ files: [(path: String, bytes: [UInt8])], to path: String) throws(SystemError) {
    var folder = try OutputFolder(path: path)
    for file in files { try folder.add(file.path, file.bytes.span) }
    try folder.finish()
  }

  /// Makes a folder of mode 0700 without files; throws EEXIST if the path already exists.
  package static func makeEmpty(at path: String) throws(SystemReason) {
    if unsafe mkdir(path, 0o700) != 0 { throw .last }
  }

  /// Renames the folder to its name once everything is on the disk; throws `output-exists` or `output-unwritable`.
  package mutating func finish() throws(SystemError) {
    do throws(WriteFailure) {
      for name in folders { try Self.synchronize(try Self.open(name, in: folder.number)) }
      try Self.synchronize(folder)
    } catch {
      throw Self.unwritable(path, error)
    }
    try giveName()
    isDone = true
    do throws(WriteFailure) { try Self.synchronize(parent) } catch { throw Self.unwritable(path, error) }
  }

  /// Makes and opens a folder of mode 0700; if that fails, nothing is left of it.
  private static func make(_ name: String, in parent: Int32) throws(WriteFailure) -> Descriptor {
    guard unsafe mkdirat(parent, name, 0o700) == 0 else { throw .last }
    let folder: Descriptor
    do throws(WriteFailure) {
      folder = try open(name, in: parent)
    } catch {
      unsafe unlinkat(parent, name, AT_REMOVEDIR)
      throw error
    }
    if let failure = WriteFailure.settingMode(0o700, of: folder.number) {
      unsafe unlinkat(parent, name, AT_REMOVEDIR)
      throw failure
    }
    return folder
  }

  private static func open(_ name: String, in parent: Int32) throws(WriteFailure) -> Descriptor {
    let number = unsafe openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard number >= 0 else { throw .last }
    return Descriptor(takingOwnershipOf: number)
  }

  private static func synchronize(_ folder: borrowing Descriptor) throws(WriteFailure) {
    do throws(SystemReason) { try folder.synchronize() } catch { throw .system(error) }
  }

  private func giveName() throws(SystemError) {
    if unsafe linux_rename_noreplace(parent.number, temporaryName, name) == 0 { return }
    if errno == EINVAL || errno == ENOSYS {
      // If the file system does not have that rename, an empty folder of that name that is made here may be replaced,
      // and no other.
      if unsafe mkdirat(parent.number, name, 0o700) == 0 {
        if unsafe renameat(parent.number, temporaryName, parent.number, name) == 0 { return }
        let reason = WriteFailure.last
        unsafe unlinkat(parent.number, name, AT_REMOVEDIR)
        throw Self.unwritable(path, reason)
      }
    }
    throw errno == EEXIST ? Self.exists(path) : Self.unwritable(path, .last)
  }

  /// Its folder and its name; slashes at the end do not count.
  private static func parts(of path: String) throws(SystemError) -> (parent: String, name: String) {
    var text = path.utf8[...]
    while text.count > 1, text.last == UInt8(ascii: "/") { text.removeLast() }
    let name = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).last ?? text
    guard !name.isEmpty, !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8), !text.contains(0) else {
      throw SystemError(.outputUnwritable, "\(naming: path) is not the path of a new folder")
    }
    let parent = text.dropLast(name.count)
    return (parent.isEmpty ? "." : String(Substring(parent)), String(Substring(name)))
  }

  private static func openParent(_ parentPath: String, of path: String) throws(SystemError) -> Descriptor {
    do throws(SystemReason) {
      return try Descriptor(openingFolder: parentPath)
    } catch {
      throw unwritable(path, .system(error))
    }
  }

  private static func exists(_ path: String) -> SystemError {
    SystemError(.outputExists, "\(naming: path) already exists", hint: "choose another name")
  }

  private static func unwritable(_ path: String, _ reason: WriteFailure) -> SystemError {
    SystemError(.outputUnwritable, "\(naming: path) cannot be written: \(reason)")
  }
}
