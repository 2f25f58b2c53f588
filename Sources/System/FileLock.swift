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

  /// Takes the lock until the value is let go of, on a folder too; nil if another process keeps it for longer than this waits.
  ///
  /// Where nothing can be locked, as on some network file systems, the value stands for no lock.
  package func take() -> HeldLock? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return HeldLock(nil) }
    if wait(for: descriptor) { return HeldLock(descriptor) }
    close(descriptor)
    return nil
  }

  /// False if another process still has the lock.
  @discardableResult
  private func wait(for descriptor: Int32) -> Bool {
    for _ in 0..<mostTries {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
      // Any error except the lock of another process is permanent.
      if errno != EWOULDBLOCK, errno != EINTR { return true }
      SystemClock.pause(microseconds: pause)
    }
    return false
  }
}

/// A lock that this process has, until the value is let go of or the process ends.
package final class HeldLock: Sendable {
  private let descriptor: Int32?

  fileprivate init(_ descriptor: Int32?) { self.descriptor = descriptor }

  deinit { if let descriptor { close(descriptor) } }
}
