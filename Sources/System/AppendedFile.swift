internal import CLinux

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file of lines that is only ever appended to, for its owner alone.
package enum AppendedFile {
  /// Appends lines in one write and syncs them to the disk; makes the file if there is none. Throws EFBIG where it would be longer
  /// than `limit` bytes, and appends nothing then.
  ///
  /// - Parameter repair: what is written first if the last line of the file has no line feed: that line was torn.
  package static func append(
    _ lines: [UInt8], to path: String, repairing repair: [UInt8], limit: Int = .max
  ) throws(SystemReason) {
    let descriptor = unsafe open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .last }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 { if errno != EINTR { throw .last } }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .last }
    guard status.st_mode & S_IFMT == S_IFREG else { throw SystemReason(code: EINVAL) }
    var last: UInt8 = 0
    let isRead = unsafe status.st_size > 0 && pread(descriptor, &last, 1, status.st_size - 1) == 1
    let isTorn = isRead && last != UInt8(ascii: "\n")
    let bytes = (isTorn ? repair : []) + lines
    if Int(status.st_size) > limit - bytes.count { throw SystemReason(code: EFBIG) }
    let written = unsafe write(descriptor, bytes, bytes.count)
    if written < 0 { throw .last }
    // If the write was short, the rest is not written later: that would be a second write.
    if written < bytes.count { throw SystemReason(code: ENOSPC) }
    if fsync(descriptor) != 0, errno != EINVAL { throw .last }
  }
}
