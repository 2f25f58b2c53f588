internal import Glibc

/// A turn among the processes that use one module, held while tokens are loaded or logged in to.
///
/// Modules that keep tokens in files write to them at each login, and read half of what another process is writing. The
/// turn is a lock on the file of the module; a process that never gives it up is waited for five seconds at the most.
enum ModuleTurn {
  private static let mostTries = 1000
  /// In microseconds.
  private static let pause: ClosedRange<UInt32> = 1_000...9_000

  /// Does the work in a turn of its own; `path` is nil for a module without a file here, which needs none.
  static func take<Result, E: Error>(_ path: String?, _ body: () throws(E) -> Result) throws(E) -> Result {
    let descriptor = path.map { unsafe open($0, O_RDONLY | O_CLOEXEC) } ?? -1
    defer { if descriptor >= 0 { close(descriptor) } }
    if descriptor >= 0 { wait(for: descriptor) }
    return try body()
  }

  private static func wait(for descriptor: Int32) {
    for _ in 0..<mostTries {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
      // What is no lock of somebody else's does not go away.
      if errno != EWOULDBLOCK, errno != EINTR { return }
      usleep(.random(in: pause))
    }
  }
}
