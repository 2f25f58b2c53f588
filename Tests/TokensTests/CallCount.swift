import Synchronization

/// The number of calls, to count work instead of timing it.
final class CallCount: Sendable {
  private let calls = Mutex(0)

  var count: Int { calls.withLock { $0 } }

  func increment() { calls.withLock { $0 += 1 } }
}
