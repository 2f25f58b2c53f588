import Keyroll

/// Compares the refusal of hostile tokens of 64 KiB with one RSA-2048 signature, which is what an honest one costs its maker.
struct RefusalMeasurement {
  let tokens: [HostileToken]
  /// Each judges every token.
  let verifiers: [(name: String, verifier: TokenVerifier)]
  let now: NumericDate
  let sign: () throws -> Void

  /// Prints the ratio of the dearest refusal.
  func run() throws {
    var worst = (ratio: Double.infinity, name: "")
    for (name, ratio) in try ratios() where ratio < worst.ratio { worst = (ratio, name) }
    Main.report(
      worst.ratio, goal: 1,
      "RSA-2048 signature / the dearest refusal of \(tokens.count * verifiers.count), \(worst.name)")
  }

  /// Prints the ratio of each, the dearest first.
  func list() throws {
    for (name, ratio) in try ratios().sorted(by: { $0.ratio < $1.ratio }) { Main.report(ratio, goal: 1, name) }
  }

  private func ratios() throws -> [(name: String, ratio: Double)] {
    var ratios: [(name: String, ratio: Double)] = []
    // Many short contests: enough to tell the dearest shape.
    for (verifierName, verifier) in verifiers {
      for token in tokens {
        let name = "\(verifierName): \(token.name)"
        let contest = Contest(name: name, goal: 1, clock: .processor, roundCount: 9, roundMilliseconds: 4) {
          if verifier.verify(token.bytes.span, at: now).isAccepted { throw BenchmarkError("\(name) is accepted") }
        } bare: {
          try sign()
        }
        ratios.append((name, try contest.ratio()))
      }
    }
    return ratios
  }
}
