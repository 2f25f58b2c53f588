import Foundation
import TestSupport
import Testing

@Suite("--windows", .tags(.process))
struct ProofWindowTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func sign(_ options: [String], key: String = SignCommandTests.key) throws -> Outcome {
    try BuiltCommand.run(
      ["sign", "proof", "--key", key, "--object-id", SignCommandTests.objectID, "--at", SignCommandTests.at] + options)
  }

  private static let stamps = ["20270115T080000Z", "20270115T081000Z", "20270115T082000Z"]

  @Test("each window has a proof in a file of its own, and they follow each other")
  func ladder() throws {
    try FileManager.default.createDirectory(atPath: folder.path("usb"), withIntermediateDirectories: false)
    for (output, prefix) in [("usb", "usb/proof"), ("walk", "walk"), ("walk2.jwt", "walk2")] {
      let outcome = try sign(["--windows", "3", "--output", folder.path(output)])
      let paths = Self.stamps.map { folder.path("\(prefix)-\($0).jwt") }
      #expect(
        outcome
          == Outcome(
            status: 0,
            error: """
              keyroll: note: \(paths[0]) is valid from 2027-01-15T08:00:00Z to 2027-01-15T08:10:00Z, 10 min
              keyroll: note: \(paths[1]) is valid from 2027-01-15T08:10:00Z to 2027-01-15T08:20:00Z, 10 min
              keyroll: note: \(paths[2]) is valid from 2027-01-15T08:20:00Z to 2027-01-15T08:30:00Z, 10 min
              keyroll: warning: whether the service honours a token that starts later is not documented

              """))
      for (index, path) in paths.enumerated() {
        let judged = try BuiltCommand.run(
          "verify", "--profile", "graph-proof", "--certificate", SignCommandTests.certificate, "--object-id",
          SignCommandTests.objectID, "--at", "2027-01-15T08:\(index)5:00Z", path)
        #expect(judged.status == 0, "\(judged)")
      }
    }
    #expect(try folder.mode("walk-\(Self.stamps[2]).jwt") == 0o600)
  }

  @Test("a new folder is made with the proofs, or not at all")
  func newFolder() throws {
    let outcome = try sign(["--windows", "2", "--output", folder.path("new") + "/"])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(try folder.names() == ["new"])
    #expect(try folder.mode("new") == 0o700)
    for stamp in Self.stamps.prefix(2) { #expect(try folder.mode("new/proof-\(stamp).jwt") == 0o600) }
    // Without the folder that it would go into.
    let missing = try sign(["--windows", "2", "--output", folder.path("a/b") + "/"])
    #expect(missing.status == 2 && missing.error.contains("[output-unwritable]\n"), "\(missing)")
    #expect(try folder.names() == ["new"])
  }

  @Test("all files are written or none, and no file is replaced")
  func allOrNone() throws {
    let there = "walk-\(Self.stamps[2]).jwt"
    try folder.write([1], to: there)
    let outcome = try sign(["--windows", "3", "--output", folder.path("walk")])
    #expect(outcome.status == 2 && outcome.error.contains("[output-exists]\n"), "\(outcome)")
    #expect(try folder.names() == [there])
    #expect(try folder.bytes(there) == [1])
    // If the certificate ends within the row, there is no proof at all, not even for the windows
    // before its end.
    let early = try sign(
      ["--windows", "24", "--not-before", "2049-12-31T23:00:00Z", "--output", folder.path("late")])
    #expect(early.status == 2 && early.error.contains("[certificate-expired]\n"), "\(early)")
    #expect(try folder.names() == [there])
  }

  @Test(
    "a number of windows that makes no sense is a wrong command line",
    arguments: [
      (["--windows", "0"], "--windows takes a number from 1 to 24, not 0"),
      (["--windows", "25"], "--windows takes a number from 1 to 24, not 25"),
      (["--windows", "2"], "--windows needs --output: each token goes into a file of its own"),
      (["--windows", "2", "--output", "-"], "--windows needs --output: each token goes into a file of its own"),
      (["--windows", "2", "--output", "x", "--qr"], "--windows makes files, not QR codes"),
      (["--windows", "2", "--output", "x", "--force"], "--windows never replaces files, so --force does not apply"),
    ])
  func usage(options: [String], message: String) throws {
    #expect(
      try sign(options)
        == Outcome(
          status: 64, error: "keyroll: error: \(message) [usage]\nkeyroll: hint: see keyroll sign proof --help\n"))
  }
}
