import Glibc

/// Two ways to do the same work, measured in turns, so that whatever else the machine does falls on both.
struct Contest {
  /// What is counted.
  enum Clock {
    /// The time that passes.
    case wall
    /// The time that this thread has a processor: what other programs take is not counted.
    case processor
  }

  let name: String
  /// How much of the bare calls' pace is wanted: work per time of ours over work per time of theirs.
  let goal: Double
  var clock = Clock.wall
  var roundCount = 60
  var roundMilliseconds = 20.0
  let ours: () throws -> Void
  let bare: () throws -> Void

  /// Runs both and returns the median over the rounds of the bare calls' time divided by ours.
  func ratio() throws -> Double {
    let count = try iterationCount()
    var ratios: [Double] = []
    for round in 0..<roundCount {
      // Who goes first changes, so that neither always finds the caches warm.
      let first = try time(count, round.isMultiple(of: 2) ? ours : bare)
      let second = try time(count, round.isMultiple(of: 2) ? bare : ours)
      ratios.append(round.isMultiple(of: 2) ? second / first : first / second)
    }
    return ratios.sorted()[ratios.count / 2]
  }

  private func iterationCount() throws -> Int {
    let single = try time(20, bare) / 20
    return max(1, Int(roundMilliseconds / 1000 / single))
  }

  /// Seconds.
  private func time(_ count: Int, _ work: () throws -> Void) throws -> Double {
    let start = now()
    for _ in 0..<count { try work() }
    return now() - start
  }

  /// Seconds from some moment on.
  private func now() -> Double {
    var time = timespec()
    unsafe clock_gettime(clock == .wall ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
