import CLinux
import Glibc
import Keyroll

/// What a file is, whose it is and who may change it.
struct FileStatus {
  private let status: stat

  init(_ status: stat) { self.status = status }

  var isFolder: Bool { status.st_mode & S_IFMT == S_IFDIR }

  /// What it is, with its article, where it is no regular file.
  var irregularKind: String? {
    switch status.st_mode & S_IFMT {
    case S_IFREG: nil
    case S_IFLNK: "a symbolic link"
    case S_IFDIR: "a folder"
    case S_IFIFO: "a pipe"
    case S_IFSOCK: "a socket"
    default: "a device"
    }
  }

  /// The number of the user that it belongs to, where that is neither this one nor root.
  var foreignOwner: UInt32? { [0, geteuid()].contains(status.st_uid) ? nil : status.st_uid }

  /// True where others may change it: everybody, or a group that code would be refused for.
  var isWritableByOthers: Bool {
    CodeChange.othersMayWrite(mode: status.st_mode, group: status.st_gid)
  }
}
