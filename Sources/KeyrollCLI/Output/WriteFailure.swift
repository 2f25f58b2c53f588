import CLinux
import Glibc
import System

/// Why something new was not written.
enum WriteFailure: CustomStringConvertible {
  /// A system call failed.
  case system(SystemReason)
  /// What was made belongs to this user, who is not the one that keyroll runs as.
  case foreignOwner(UInt32)

  /// The reason of the last call that failed.
  static var last: WriteFailure { .system(.last) }

  /// For the end of a message, as that of a `SystemReason`.
  var description: String {
    switch self {
    case .system(let reason): reason.description
    case .foreignOwner(let owner):
      "it belongs to user \(owner) as soon as it is made, who could read it, and keyroll runs as user \(geteuid())"
    }
  }

  /// Gives what was just made the mode, or the reason why not: the umask may have taken the owner's bits away.
  ///
  /// EPERM is a file system without modes, such as FAT, which is tolerated, or somebody else's file, which is not: put in
  /// the place of ours in a folder that others may write to, or on a file system that gives all files to one user.
  static func settingMode(_ mode: mode_t, of descriptor: Int32) -> WriteFailure? {
    if fchmod(descriptor, mode) == 0 { return nil }
    guard errno == EPERM else { return .last }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return .last }
    return status.st_uid == geteuid() ? nil : .foreignOwner(status.st_uid)
  }
}
