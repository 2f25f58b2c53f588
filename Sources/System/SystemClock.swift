#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Waiting by the system's clock, before something is tried again.
package enum SystemClock {
  /// Blocks this thread for a time between these bounds, in microseconds; a signal may end it earlier.
  ///
  /// The time is random, so that processes that wait for one another do not collide again.
  package static func pause(microseconds bounds: ClosedRange<UInt32>) { usleep(.random(in: bounds)) }
}
