#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Waiting by the system's clock: what has to be tried again is tried again later.
package enum SystemClock {
  /// Blocks this thread for some time between these bounds, in microseconds; a signal may end it earlier.
  ///
  /// The time is random, so that those who wait for one another do not meet again.
  package static func pause(microseconds bounds: ClosedRange<UInt32>) { usleep(.random(in: bounds)) }
}
