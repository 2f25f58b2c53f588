import CLinux

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What a file is, whose it is and who may change it.
package struct FileStatus: Sendable {
  private let status: stat

  init(_ status: stat) { self.status = status }

  /// Of the file that a path leads to; throws the reason if it is unknown.
  package init(ofFileAt path: String) throws(SystemReason) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw .last }
    self.status = status
  }

  /// Of an open file, by the number of its descriptor.
  package init(ofDescriptor descriptor: Int32) throws(SystemReason) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .last }
    self.status = status
  }

  /// Of the file with this name in an open folder; a link is not followed.
  init(of name: String, inFolder folder: Int32) throws(SystemReason) {
    var status = stat()
    guard unsafe fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { throw .last }
    self.status = status
  }

  package var isFolder: Bool { kind == S_IFDIR }
  package var isRegular: Bool { kind == S_IFREG }
  var isLink: Bool { kind == S_IFLNK }
  /// True for a pipe or a socket, whose bytes can be read only once.
  var isStream: Bool { kind == S_IFIFO || kind == S_IFSOCK }

  private var kind: mode_t { status.st_mode & S_IFMT }

  /// What it is, with its article; nil for a regular file.
  package var irregularKind: String? {
    switch kind {
    case S_IFREG: nil
    case S_IFLNK: "a symbolic link"
    case S_IFDIR: "a folder"
    case S_IFIFO: "a pipe"
    case S_IFSOCK: "a socket"
    default: "a device"
    }
  }

  /// The number of the user who owns it; nil for this user and root.
  package var foreignOwner: UInt32? { [0, geteuid()].contains(status.st_uid) ? nil : status.st_uid }

  /// The number of the user who owns it.
  var owner: UInt32 { status.st_uid }

  /// True if others may change it: everybody, or a group for which code would be refused.
  package var isWritableByOthers: Bool { CodeChange.othersMayWrite(mode: status.st_mode, group: status.st_gid) }

  /// Equal for the same file, by whatever name or descriptor.
  package var identity: FileIdentity { FileIdentity(device: UInt64(status.st_dev), number: UInt64(status.st_ino)) }
}

/// The file system, and the number that identifies a file in it (inode(7)).
package struct FileIdentity: Sendable, Hashable {
  let device: UInt64
  let number: UInt64
}

extension FileStatus {
  /// True if a path leads to something that this process can find.
  package static func isThere(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// False if nothing is at the path; true if something is there, even if it cannot be looked at.
  package static func mayBeThere(_ path: String) -> Bool {
    do throws(SystemReason) {
      _ = try FileStatus(ofFileAt: path)
      return true
    } catch {
      return ![ENOENT, ENOTDIR, ENAMETOOLONG].contains(error.code)
    }
  }

  /// The reason why this process may not run the file at a path; nil if it may.
  package static func objection(toRunning path: String) -> SystemReason? {
    unsafe access(path, X_OK) == 0 ? nil : .last
  }
}
