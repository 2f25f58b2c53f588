import Foundation
import TestSupport
import Testing

/// How the command opens the keys of rollovers: once, and from whatever folder.
@Suite(.tags(.process)) struct RolloverKeyUseTests {
  private static let hsm = ThrowawayToken.isAvailable(.softHSM)

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path(""))
  }

  private func keyroll(
    _ arguments: [String], in place: String = "", at time: String = "2026-11-29T18:00:00Z"
  ) throws -> Outcome {
    let words = arguments.map { "'\($0)'" }.joined(separator: " ")
    return try Shell.run("cd '\(folder.path(place))' && umask 077 && exec keyroll \(words) --at \(time)")
  }

  @Test(
    "A table whose certificates are on the token costs one login for all of it", .tags(.hsm),
    .enabled(if: hsm, Comment(rawValue: ThrowawayToken.absence(of: .softHSM))))
  func oneLogin() throws {
    let token = try SharedToken.softHSM().copy()
    let spy = try FaultModule(overTokens: token)
    func reference(_ label: String, _ type: String = "") -> String {
      "pkcs11:token=keyroll;object=\(label)\(type)?module-path=\(spy.path)"
    }
    let certificate = reference("rsa-2048", ";type=cert")
    let rows = (1...3).map { number in
      "app-\(number),3f2504e0-4f89-41d3-9a0c-0305e82c330\(number),\(reference("rsa-2048")),\(certificate),"
        + reference("pay-\(number)")
    }
    let table = ["folder,application,key,certificate,create-key"] + rows
    try folder.write(Array(table.map { "\($0)\n" }.joined().utf8), to: "apps.csv")
    let made = try keyroll(
      ["rollover", "new", "roll", "--table", "apps.csv", "--pin-file", token.pinFile]
        + RolloverDesk.object.dropFirst(2))
    #expect(made.status == 0 && made.output.contains("\n3 made\n"), "\(made)")
    #expect(try spy.pinTryCount() == 1)
    // The plans name the module, which is told before it is used, once; and the next run logs in once again.
    let next = try keyroll(
      ["rollover", "next", "roll", "--pin-file", token.pinFile], at: "2026-11-29T19:00:00Z")
    #expect(next.status == 0 && next.output.contains("\n3 written\n"), "\(next)")
    let note = "keyroll: note: roll/app-1 has its keys in the module \(spy.path)\n"
    #expect(next.error.components(separatedBy: "in the module").count == 2 && next.error.contains(note), "\(next)")
    #expect(try spy.pinTryCount() == 2)
  }

  @Test(
    "With --store the certificate of a key that is made on a token is put there too", .tags(.hsm),
    .enabled(if: hsm, Comment(rawValue: ThrowawayToken.absence(of: .softHSM))))
  func store() throws {
    let token = try SharedToken.softHSM().copy()
    let spy = try FaultModule(overTokens: token)
    func new(_ label: String, _ options: [String]) throws {
      let made = try keyroll(
        ["rollover", "new", label, "--key", RolloverDesk.oldKey, "--bits", "2048", "--pin-file", token.pinFile]
          + ["--create-key", "pkcs11:token=keyroll;object=\(label)?module-path=\(spy.path)"] + RolloverDesk.object
          + options)
      #expect(made.status == 0, "\(made)")
    }
    func kinds(_ label: String) throws -> [Substring] {
      let listed = try BuiltCommand.run("keys", "pkcs11:token=keyroll;object=\(label)?module-path=\(spy.path)")
      return listed.output.split(separator: "\n").filter { $0.contains("type=cert") }
    }
    try new("without", [])
    try new("with", ["--store"])
    #expect(try kinds("without").isEmpty)
    #expect(try kinds("with").count == 1)
    #expect(try spy.pinTryCount() == 2)
    for (options, words) in [
      (["--create-key", "a.pfx", "--store"], "--store is for a key that is made on a token"),
      (["--create-key", "pkcs11:token=keyroll;object=a", "--store", "--csr"], "--csr makes none"),
    ] {
      let refused = try keyroll(["rollover", "new", "a", "--key", RolloverDesk.oldKey] + RolloverDesk.object + options)
      #expect(refused.status == 64 && refused.error.contains(words), "\(refused)")
    }
  }

  @Test("A plan is used from every folder, wherever its keys were named")
  func elsewhere() throws {
    for name in ["desk", "desk/keys", "other"] {
      try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
    }
    func copy(_ source: String, _ name: String) throws {
      try folder.write([UInt8](try Data(contentsOf: URL(filePath: Fixtures.path(source)))), to: "desk/keys/\(name)")
    }
    try copy("keys/rsa-2048.pem", "old.pem")
    try copy("certificates/leaf.pem", "old.cer")
    try folder.write(Array("new\n".utf8), to: "desk/keys/pw")
    let made = try keyroll(
      ["rollover", "new", "payroll", "--key", "pem:keys/old.pem;cert=keys/old.cer", "--bits", "2048"]
        + ["--create-key", "pfx:keys/new.pfx;password-file=keys/pw"] + RolloverDesk.object, in: "desk")
    #expect(made.status == 0, "\(made)")
    let plan = String(validating: try folder.bytes("desk/payroll/plan.json"), as: UTF8.self) ?? ""
    let keys = folder.path("desk/keys")
    #expect(plan.contains("\"pem:\(keys)/old.pem;cert=\(keys)/old.cer\""), "\(plan)")
    #expect(plan.contains("\"pfx:\(keys)/new.pfx;password-file=\(keys)/pw\""), "\(plan)")
    for (place, path) in [("", "desk/payroll"), ("other", "../desk/payroll"), ("desk/payroll", ".")] {
      let status = try keyroll(["rollover", path], in: place)
      #expect(status.status == 0 && status.output.contains("state    ready\n"), "\(status)")
    }
    // Its keys are opened from there, too.
    let next = try keyroll(["rollover", "next", "../desk/payroll"], in: "other", at: "2026-11-29T19:00:00Z")
    #expect(next.status == 0 && next.output.contains("to add the new certificate"), "\(next)")
  }

  @Test("After a package that came too late, status and next say how the following one comes in time")
  func trip() throws {
    let made = try keyroll(
      ["rollover", "new", "payroll", "--key", RolloverDesk.oldKey, "--new-key", RolloverDesk.newKey]
        + RolloverDesk.object)
    #expect(made.status == 0, "\(made)")
    let early = try keyroll(["rollover", "payroll"], at: "2026-11-29T18:09:59Z")
    #expect(early.status == 0 && !early.output.contains("--windows"), "\(early)")
    // It came back after five hours, and had not been sent.
    let back = "2026-11-29T23:00:00Z"
    let words = "the last trip took 5 h: add --not-before +2h --windows 15"
    let status = try keyroll(["rollover", "payroll"], at: back)
    #expect(
      status.output.contains(
        """
        because  the last window of send-1 has closed, and nothing came back
        next     keyroll rollover next payroll
                 \(words)

        """), "\(status)")
    let next = try keyroll(["rollover", "next", "payroll"], at: back)
    #expect(
      next.status == 0
        && next.error.contains("keyroll: note: this package can be sent now, and only for ten minutes; \(words)\n"),
      "\(next)")
    // Whoever has said when is told nothing.
    let later = try keyroll(
      ["rollover", "next", "payroll", "--not-before", "+2h", "--windows", "15"], at: "2026-11-30T09:00:00Z")
    #expect(later.status == 0 && !later.error.contains("note:"), "\(later)")
  }
}
