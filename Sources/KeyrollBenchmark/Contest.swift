/// Two ways to do the same work, measured in turns, so that whatever else the machine does falls on both.
struct Contest {
  let name: String
  /// How much of the bare calls' pace is wanted: work per time of ours over work per time of theirs.
  let goal: Double
  var roundCount = 60
  let ours: () throws -> Void
  let bare: () throws -> Void

  private static let roundMilliseconds = 20.0

  /// Runs both and returns the median over the rounds of the bare calls' time divided by ours.
  func ratio() throws -> Double {
    let clock = ContinuousClock()
    let count = try iterationCount(clock)
    var ratios: [Double] = []
    for round in 0..<roundCount {
      // Who goes first changes, so that neither always finds the caches warm.
      let first = try time(clock, count, round.isMultiple(of: 2) ? ours : bare)
      let second = try time(clock, count, round.isMultiple(of: 2) ? bare : ours)
      ratios.append(round.isMultiple(of: 2) ? second / first : first / second)
    }
    return ratios.sorted()[ratios.count / 2]
  }

  private func iterationCount(_ clock: ContinuousClock) throws -> Int {
    let single = try time(clock, 20, bare) / 20
    return max(1, Int(Self.roundMilliseconds / 1000 / single))
  }

  /// Seconds.
  private func time(_ clock: ContinuousClock, _ count: Int, _ work: () throws -> Void) throws -> Double {
    let elapsed = try clock.measure { for _ in 0..<count { try work() } }
    return elapsed / .seconds(1)
  }
}
