public import Messages

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension SecretBytes {
  /// Reads a whole file, pipe or device into wiped memory; `-` is standard input.
  ///
  /// Never reads more than `limit` bytes and one. Throws `file-unreadable` or `file-too-large`; may block on a pipe.
  public static func contents(ofFile path: String, limit: Int) throws(SystemError) -> SecretBytes {
    let isStandardInput = path.utf8.elementsEqual("-".utf8)
    let name = isStandardInput ? "standard input" : "\(naming: path)"
    let descriptor = isStandardInput ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw unreadable(name, errno) }
    defer { if !isStandardInput { close(descriptor) } }
    return try contents(ofDescriptor: descriptor, named: name, limit: limit)
  }

  /// The same for an open file descriptor, which stays open.
  public static func contents(
    ofDescriptor descriptor: Int32, named name: String, limit: Int
  ) throws(SystemError) -> SecretBytes {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw unreadable(name, errno) }
    if status.st_mode & S_IFMT == S_IFDIR { throw unreadable(name, EISDIR) }
    let isRegular = status.st_mode & S_IFMT == S_IFREG
    if isRegular && status.st_size > limit { throw tooLarge(name, limit) }

    // One byte more than expected, so that the end of the file is seen without growing.
    var contents = SecretBytes(capacity: isRegular ? Int(status.st_size) + 1 : 4096)
    while true {
      if contents.count == contents.capacity {
        contents = contents.grown(to: min(contents.capacity * 2, limit + 1))
      }
      let received = contents.append(from: descriptor)
      if received == 0 { return contents }
      if received < 0 {
        if errno == EINTR { continue }
        throw unreadable(name, errno)
      }
      if contents.count > limit { throw tooLarge(name, limit) }
    }
  }

  private static func unreadable(_ name: String, _ code: Int32) -> SystemError {
    let reason = unsafe strerror(code).flatMap { unsafe String(validatingCString: $0) } ?? "error \(code)"
    return SystemError(.fileUnreadable, "\(name) cannot be read: \(reason.lowercased())")
  }

  private static func tooLarge(_ name: String, _ limit: Int) -> SystemError {
    SystemError(.fileTooLarge, "\(name) is larger than \(limit) bytes, the most that is read of such a file")
  }
}
