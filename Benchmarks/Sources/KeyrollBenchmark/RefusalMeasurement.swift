import Keyroll

/// Compares the refusal of hostile tokens of 64 KiB with one RSA-2048 signature, which is what an honest one costs its maker.
struct RefusalMeasurement {
  let tokens: [HostileToken]
  /// Each judges every token.
  let verifiers: [(name: String, verifier: TokenVerifier)]
  let now: NumericDate
  let sign: () throws -> Void

  /// Prints the ratio of the slowest refusal: those that are the slowest in a short look are looked at longer.
  func run() throws {
    let slowest = try contests().map { contest in (try contest.ratio(), contest) }.sorted { $0.0 < $1.0 }.prefix(8)
    var worst = (ratio: Double.infinity, name: "")
    for (_, contest) in slowest {
      var contest = contest
      contest.roundCount = 60
      let ratio = try contest.ratio()
      if ratio < worst.ratio { worst = (ratio, contest.name) }
    }
    Main.report(
      worst.ratio, goal: 1,
      "RSA-2048 signature / the slowest refusal of \(tokens.count * verifiers.count), \(worst.name)")
  }

  /// Prints the ratio of each, the slowest first.
  func list() throws {
    let ratios = try contests().map { contest in (try contest.ratio(), contest.name) }
    for (ratio, name) in ratios.sorted(by: { $0.0 < $1.0 }) { Main.report(ratio, goal: 1, name) }
  }

  /// Short ones, enough to tell the slowest shapes.
  private func contests() -> [Contest] {
    verifiers.flatMap { verifierName, verifier in
      tokens.map { token in
        let name = "\(verifierName): \(token.name)"
        return Contest(name: name, goal: 1, clock: .processor, roundCount: 9, roundMilliseconds: 4) {
          if verifier.verify(token.bytes.span, at: now).isAccepted { throw BenchmarkError("\(name) is accepted") }
        } bare: {
          try sign()
        }
      }
    }
  }
}
