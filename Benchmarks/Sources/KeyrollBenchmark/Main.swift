import Keyroll

/// Prints ratios taken in one run; `scripts/benchmark.sh` starts it.
@main
struct Main {
  static func main() throws {
    let arguments = CommandLine.arguments
    switch (arguments.dropFirst().first, arguments.count) {
    case ("token", 6):
      try TokenMeasurement(module: arguments[2], token: arguments[3], key: arguments[4], pinFile: arguments[5]).run()
    case ("rollover", 6):
      try RolloverMeasurement(keyroll: arguments[2], old: arguments[3], new: arguments[4], folder: arguments[5]).run()
    case ("refusals", 3): try LibraryMeasurement(pem: arguments[2]).listRefusals()
    case ("judge", 5): try LibraryMeasurement(pem: arguments[2]).judge(arguments[3], Int(arguments[4]) ?? 1)
    case (_, 7):
      try LibraryMeasurement(pem: arguments[1]).run()
      try measureProcesses(arguments)
    default:
      throw BenchmarkError(
        """
        usage: KeyrollBenchmark KEY-AND-CERTIFICATE.pem KEYROLL JOSE JWK PAYLOAD TEMPLATE
               KeyrollBenchmark refusals KEY-AND-CERTIFICATE.pem
               KeyrollBenchmark judge KEY-AND-CERTIFICATE.pem SHAPE COUNT
               KeyrollBenchmark rollover KEYROLL OLD.pem NEW.pem FOLDER
               KeyrollBenchmark token MODULE TOKEN-LABEL KEY-LABEL PIN-FILE
        """)
    }
  }

  static func report(_ contest: Contest) throws { report(try contest.ratio(), goal: contest.goal, contest.name) }

  static func report(_ ratio: Double, goal: Double, _ name: String) {
    print("\(rounded(ratio))  (goal ≥ \(goal))  \(name)")
  }

  static func report(_ ratio: Double, atMost goal: Double, _ name: String) {
    print("\(rounded(ratio))  (goal ≤ \(goal))  \(name)")
  }

  private static func measureProcesses(_ arguments: [String]) throws {
    let ours = OneShot(
      path: arguments[2],
      arguments: ["sign", "proof", "--key", arguments[1], "--object-id", LibraryMeasurement.objectID.text])
    let theirs = OneShot(
      path: arguments[3],
      arguments: ["jws", "sig", "-I", arguments[5], "-k", arguments[4], "-s", arguments[6], "-c", "-o", "/dev/null"])
    // The same work: keyroll verifies what it has signed before it writes it.
    let signed = arguments[5] + ".jws"
    let signing = OneShot(
      path: arguments[3],
      arguments: ["jws", "sig", "-I", arguments[5], "-k", arguments[4], "-s", arguments[6], "-c", "-o", signed])
    let verifying = OneShot(
      path: arguments[3], arguments: ["jws", "ver", "-i", signed, "-k", arguments[4], "-O", "/dev/null"])
    var ratios: [Double] = []
    var sameWork: [Double] = []
    var peakKiB = 0
    for _ in 0..<200 {
      let run = try ours.run()
      peakKiB = max(peakKiB, run.peakKiB)
      ratios.append(run.seconds / (try theirs.run()).seconds)
      sameWork.append(run.seconds / (try signing.run().seconds + verifying.run().seconds))
    }
    print(
      "\(rounded(ratios.sorted()[ratios.count / 2]))  (goal ≤ 1.6)  one-shot keyroll sign proof / jose jws sig, whole processes"
    )
    print(
      "\(rounded(sameWork.sorted()[sameWork.count / 2]))  (goal ≤ 0.75)  one-shot keyroll sign proof / jose jws sig then jose jws ver"
    )
    print("\(rounded(Double(peakKiB) / 1024)) MB  (goal ≤ 16)  peak memory of one keyroll sign proof")
  }

  private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
