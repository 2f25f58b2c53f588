import CLinux
import Glibc

/// A file that is made in an open folder, for its owner alone, and that is on the disk when it is made.
enum NewFile {
  /// A name that nothing has, for what has no name of its own yet.
  static func temporaryName() -> String { ".keyroll-\(String(UInt64.random(in: .min ... .max), radix: 16))" }

  /// Makes it with mode 0600 and these bytes, or gives the reason why not; what was begun stays for the caller to remove.
  static func make(_ name: String, in directory: Int32, holding bytes: Span<UInt8>) -> WriteFailure? {
    let file = unsafe openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { return .last }
    defer { close(file) }
    if let failure = WriteFailure.settingMode(0o600, of: file) { return failure }
    if let reason = FileOutput.write(bytes, to: file) { return .system(reason) }
    // Some file systems cannot, and say so by EINVAL.
    return fsync(file) != 0 && errno != EINVAL ? .last : nil
  }
}
