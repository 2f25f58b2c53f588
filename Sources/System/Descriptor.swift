#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An open file descriptor, closed when this value is destroyed.
package struct Descriptor: ~Copyable {
  package let number: Int32

  package init(takingOwnershipOf number: Int32) { self.number = number }

  /// Opens a path for reading, without waiting for the other end of a pipe.
  package init(opening path: String) throws(SystemReason) {
    try self.init(unsafe open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC))
  }

  /// Opens a folder, so that its files can be named even if its path changes.
  package init(openingFolder path: String) throws(SystemReason) {
    try self.init(unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
  }

  /// Takes the result of a call that opens something: a descriptor, or -1 with the reason in `errno`.
  init(_ answer: Int32) throws(SystemReason) {
    if answer < 0 { throw .last }
    number = answer
  }

  deinit { close(number) }

  /// Makes this end of a pipe blocking, as the program that gets it expects.
  borrowing func makeBlocking() throws(SystemReason) {
    let flags = fcntl(number, F_GETFL)
    guard flags >= 0, fcntl(number, F_SETFL, flags & ~O_NONBLOCK) == 0 else { throw .last }
  }

  /// Passes what can be read now to `take`, once or until it wants no more; false at the end of the stream.
  borrowing func read(all: Bool, _ take: ([UInt8]) -> Bool) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    repeat {
      let count = unsafe Glibc.read(number, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count < 0 && errno == EAGAIN { return true }
      if count <= 0 { return false }
      if !take(Array(buffer.prefix(count))) { return true }
    } while all
    return true
  }

  /// Syncs a file or folder to the disk; throws if that fails.
  borrowing func synchronize() throws(SystemReason) {
    // Some file systems cannot sync, and answer with EINVAL.
    if fsync(number) != 0, errno != EINVAL { throw .last }
  }
}

/// Writing to an open file descriptor.
package enum FileOutput {
  /// Writes all the bytes, or gives the reason why not.
  package static func write(_ bytes: Span<UInt8>, to descriptor: Int32) -> SystemReason? {
    unsafe bytes.bytes.withUnsafeBytes { bytes in
      var rest = unsafe bytes[...]
      while unsafe !rest.isEmpty {
        let written = unsafe Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written > 0 {
          unsafe rest = rest.dropFirst(written)
        } else if errno != EINTR {
          return SystemReason.last
        }
      }
      return nil
    }
  }
}
