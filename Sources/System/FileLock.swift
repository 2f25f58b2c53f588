#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An advisory lock between processes on a file that exists (flock(2)). It ends with the process at the latest.
///
/// It keeps cooperating processes apart and protects nothing. If the file cannot be locked, or another process never
/// releases the lock, the work is done without it.
package struct FileLock: Sendable {
  private let path: String
  private let mostTries: Int
  private let pause: ClosedRange<UInt32>

  /// - Parameters:
  ///   - mostTries: after which the lock is not waited for any more.
  ///   - pause: between two tries, in microseconds.
  package init(_ path: String, mostTries: Int, pause: ClosedRange<UInt32>) {
    self.path = path
    self.mostTries = mostTries
    self.pause = pause
  }

  /// Does the work while no other process has the lock.
  package func hold<Result, E: Error>(during body: () throws(E) -> Result) throws(E) -> Result {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return try body() }
    defer { close(descriptor) }
    wait(for: descriptor)
    return try body()
  }

  private func wait(for descriptor: Int32) {
    for _ in 0..<mostTries {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
      // Any error except the lock of another process is permanent.
      if errno != EWOULDBLOCK, errno != EINTR { return }
      SystemClock.pause(microseconds: pause)
    }
  }
}
