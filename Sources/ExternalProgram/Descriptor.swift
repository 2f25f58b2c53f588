internal import Glibc
import System

/// An open file descriptor, closed when this value goes.
struct Descriptor: ~Copyable {
  let number: Int32

  init(takingOwnershipOf number: Int32) { self.number = number }

  deinit { close(number) }

  /// Lets the program that is given this end of a pipe wait on it, as programs expect.
  borrowing func makeBlocking() throws(SystemReason) {
    let flags = fcntl(number, F_GETFL)
    guard flags >= 0, fcntl(number, F_SETFL, flags & ~O_NONBLOCK) == 0 else { throw .last }
  }

  /// Hands what there is to read now to `take`, once, or until it wants no more; false at the end of the stream.
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
}
