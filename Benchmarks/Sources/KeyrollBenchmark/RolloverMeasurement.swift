import Glibc
import Keyroll

/// Compares beginning rollovers with the bare signatures that their packages need, and many of them with few.
struct RolloverMeasurement {
  /// The command, for whole runs.
  let keyroll: String
  /// Two PEM files, each with a key and its certificate.
  let old, new: String
  /// A folder of nobody else's, with `apps-50.csv` and `apps-500.csv`.
  let folder: String

  /// Of one package with one window: a token, addKey, and two tries in the window and in the one that follows.
  private static let signatureCount = 6
  private static let object = RolloverPlan.Object(
    kind: .application, objectID: "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01",
    clientID: "2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02", tenant: "contoso.onmicrosoft.com", cloud: .global)

  func run() throws {
    try measureFolders()
    try measureGrowth()
  }

  /// The keys are open: what is left is to sign, to verify and to write.
  private func measureFolders() throws {
    guard let bare = BareKey(path: old) else { throw BenchmarkError("\(old) cannot be read") }
    let now = NumericDate(seconds: Int64(time(nil)))
    let toolkit = Toolkit.openSSL()
    let keys = RolloverKeys(at: now, with: toolkit, secrets: [:])
    let (oldKey, newKey) = try (reference(old), reference(new))
    let message = Array("a message of about the length that a token has, which is some hundred bytes".utf8)
    var count = 0
    // The rest is some forty files, each synced. 0.30 was measured; a lower value than the goal is a step back.
    try Main.report(
      Contest(
        name: "a rollover's folders beside the bare signatures they need (\(Self.signatureCount) each)", goal: 0.25,
        clock: .processor
      ) {
        count += 1
        let rollover = NewRollover(
          title: "benchmark", object: Self.object, old: try .init(at: oldKey, by: keys),
          new: try .init(at: newKey, subject: "benchmark", by: keys))
        var made = try rollover.make(at: "\(folder)/made-\(count)", time: now, cryptography: toolkit.cryptography)
        _ = try made.writePackage(at: now, in: SendWindow.row(of: 1, from: now), by: keys.requests(of: made))
      } bare: {
        for _ in 0..<Self.signatureCount where bare.sign(message) == 0 { throw BenchmarkError("no signature") }
      })
  }

  private func reference(_ path: String) throws -> KeyReference {
    try KeyReference("pem:\(path)", of: Toolkit.keySyntaxes)
  }

  /// Whole runs over a table, of 50 and of 500 rollovers in turns.
  private func measureGrowth() throws {
    var ratios: [Double] = []
    var peaks: [Int: Int] = [:]
    for _ in 0..<5 {
      var perFolder: [Double] = []
      for count in [50, 500] {
        let target = "\(folder)/roll-\(count)"
        let run = try OneShot(
          path: keyroll, arguments: ["rollover", "new", target, "--table", "\(folder)/apps-\(count).csv"]
        ).run()
        _ = try OneShot(path: "/bin/rm", arguments: ["-rf", target]).run()
        perFolder.append(run.processorSeconds / Double(count))
        peaks[count] = max(peaks[count] ?? 0, run.peakKiB)
      }
      ratios.append(perFolder[1] / perFolder[0])
    }
    let (few, many) = (Double(peaks[50] ?? 0), Double(peaks[500] ?? 0))
    Main.report(ratios.sorted()[ratios.count / 2], atMost: 1.1, "processor time for each of 500 rollovers / of 50")
    Main.report(
      many / few, atMost: 1.25,
      "peak memory of a run over 500 rollovers / over 50 (\(Int(many) / 1024) MB / \(Int(few) / 1024) MB)")
  }
}
