import PKCS11Baseline

/// The same work in several threads at once, started anew each time: the same cost for all who are compared.
@safe
final class Threads {
  private let count: Int
  private let work: @Sendable (_ thread: Int) -> Bool

  init(_ count: Int, _ work: @escaping @Sendable (_ thread: Int) -> Bool) {
    self.count = count
    self.work = work
  }

  /// Waits for all of them; throws when the work of one failed.
  func run() throws(BenchmarkError) {
    // Alive until every thread has ended, which is before this returns.
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    let done = unsafe in_threads(
      count,
      { context, thread in
        unsafe Unmanaged<Threads>.fromOpaque(context).takeUnretainedValue().work(thread) ? 1 : 0
      }, context)
    if done != count { throw BenchmarkError("\(done) of \(count) threads did their work") }
  }
}
