import CLinux
import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file with a new private key, for its owner alone. It is made beside its destination under a temporary name, and
/// gets its name only after a trial. It never replaces anything.
///
/// Without the name, the file is removed when the last reference to this is destroyed.
package final class NewKeyFile {
  /// The path of the bytes until `giveName`.
  package let temporaryPath: String
  private let path: String
  private let name: String
  private let temporaryName: String
  private let directory: Int32
  private var identity = Identity(device: 0, number: 0)
  private var isMade = false
  // An interruption must not leave a key file with an unknown name.
  private let mask: SignalMask

  /// Identifies the file, to tell it from another that takes its name later.
  package struct Identity: Sendable, Hashable {
    fileprivate let device: UInt64
    fileprivate let number: UInt64

    fileprivate init(device: UInt64, number: UInt64) {
      self.device = device
      self.number = number
    }

    fileprivate init(_ status: stat) { self.init(device: UInt64(status.st_dev), number: UInt64(status.st_ino)) }
  }

  /// Writes the bytes with mode 0600; they are on the disk when this returns.
  ///
  /// Signals that end the process wait for as long as this lives.
  ///
  /// Throws `output-exists` if the name is taken, also by a symbolic link, and `output-unwritable`.
  package init(path: String, holding bytes: Span<UInt8>) throws(SystemError) {
    let (folder, name) = try Self.parts(of: path)
    let directory = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw Self.unwritable(path, .last) }
    self.path = path
    self.name = name
    self.directory = directory
    temporaryName = NewFile.temporaryName()
    temporaryPath = folder + (folder.utf8.last == UInt8(ascii: "/") ? "" : "/") + temporaryName
    mask = SignalMask(blocking: Signals.ending)
    try Self.requireFree(name, in: directory, path)
    let file = unsafe openat(directory, temporaryName, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Self.unwritable(path, .last) }
    isMade = true
    defer { close(file) }
    var status = stat()
    // Removes what a default access list of the folder would let others do.
    guard fchmod(file, 0o600) == 0, unsafe fstat(file, &status) == 0, Self.write(bytes, to: file),
      // Some file systems cannot, and answer with EINVAL.
      fsync(file) == 0 || errno == EINVAL
    else { throw Self.unwritable(path, .last) }
    identity = Identity(status)
  }

  deinit {
    if isMade { unsafe unlinkat(directory, temporaryName, 0) }
    close(directory)
    mask.restore()
  }

  /// Throws now what making the file would throw.
  package static func check(path: String) throws(SystemError) {
    let (folder, name) = try parts(of: path)
    let directory = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw unwritable(path, .last) }
    defer { close(directory) }
    try requireFree(name, in: directory, path)
    guard unsafe faccessat(directory, ".", W_OK | X_OK, AT_EACCESS) == 0 else { throw unwritable(path, .last) }
  }

  /// Gives the file its name; throws `output-exists` if another file took it in the meantime.
  package func giveName() throws(SystemError) -> Identity {
    // Not every file system has that rename. A hard link fails too if the file exists.
    if unsafe linux_rename_noreplace(directory, temporaryName, name) == 0 {
      isMade = false
    } else if errno == EINVAL || errno == ENOSYS, unsafe linkat(directory, temporaryName, directory, name, 0) == 0 {
      unsafe unlinkat(directory, temporaryName, 0)
      isMade = false
    } else {
      throw errno == EEXIST ? Self.exists(path) : Self.unwritable(path, .last)
    }
    if fsync(directory) != 0, errno != EINVAL {
      let reason = SystemReason.last
      unsafe unlinkat(directory, name, 0)
      throw Self.unwritable(path, reason)
    }
    return identity
  }

  /// Removes the file; false if it cannot be removed. True also if the path is another file by now.
  package static func remove(path: String, _ identity: Identity) -> Bool {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return errno == ENOENT }
    return unsafe Identity(status) != identity || unlink(path) == 0
  }

  private static func parts(of path: String) throws(SystemError) -> (folder: String, name: String) {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard let last = parts.last, !last.isEmpty, !path.utf8.contains(0), !last.elementsEqual(".".utf8),
      !last.elementsEqual("..".utf8), !path.utf8.elementsEqual("-".utf8)
    else {
      throw SystemError(id: "output-unwritable", "\(naming: path) is not the name of a file that can be made")
    }
    let folder = parts.count == 1 ? "." : String(Substring(path.utf8.dropLast(last.count)))
    return (folder, String(Substring(last)))
  }

  private static func requireFree(_ name: String, in directory: Int32, _ path: String) throws(SystemError) {
    var status = stat()
    if unsafe fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { throw exists(path) }
    if errno != ENOENT { throw unwritable(path, .last) }
  }

  private static func write(_ bytes: Span<UInt8>, to file: Int32) -> Bool {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      var rest = unsafe buffer[...]
      while unsafe !rest.isEmpty {
        let written = unsafe Self.systemWrite(file, UnsafeBufferPointer(rebasing: rest))
        if written > 0 {
          unsafe rest = rest.dropFirst(written)
        } else if errno != EINTR {
          return false
        }
      }
      return true
    }
  }

  private static func systemWrite(_ file: Int32, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.write(file, bytes.baseAddress, bytes.count)
    #else
      unsafe Musl.write(file, bytes.baseAddress, bytes.count)
    #endif
  }

  private static func exists(_ path: String) -> SystemError {
    SystemError(
      id: "output-exists", "\(naming: path) already exists, and a private key never replaces anything",
      hint: "choose another name")
  }

  private static func unwritable(_ path: String, _ reason: SystemReason) -> SystemError {
    SystemError(id: "output-unwritable", "\(naming: path) cannot be written: \(reason)")
  }
}
