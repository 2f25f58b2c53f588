import Foundation
import TestSupport
import Testing

/// What `keyroll rollover` refuses, and what it says then; and tables, of which no key is used before each line is understood.
@Suite(.tags(.process)) struct RolloverUsageTests {
  private static let object = "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01"
  private static let client = "2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02"
  private static let ids = ["--application", object, "--client-id", client, "--tenant", "contoso.onmicrosoft.com"]
  private static let old = RolloverDesk.oldKey
  private static let new = RolloverDesk.newKey

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path(""))
  }

  private func rollover(_ arguments: [String]) throws -> Outcome {
    let words = arguments.map { "'\($0)'" }.joined(separator: " ")
    return try Shell.run("cd '\(folder.path(""))' && umask 077 && exec keyroll rollover \(words)")
  }

  @Test(
    "a wrong command line has an error of its own, and nothing is made",
    arguments: [
      ([], "usage", 64),
      (["none"], "file-unreadable", 2),
      (["next", "none"], "file-unreadable", 2),
      (["record", "none", "list.json"], "file-unreadable", 2),
      (["new", "a"], "usage", 64),
      (["new", "a", "--key", old, "--new-key", new], "usage", 64),
      (["new", "a", "--key", old, "IDS"], "usage", 64),
      (["new", "a", "--new-key", new, "IDS"], "usage", 64),
      (["new", "a", "--key", old, "--new-key", new, "--create-key", "b.pem", "IDS"], "usage", 64),
      (["new", "a", "--key", old, "--new-key", new, "--bits", "2048", "IDS"], "usage", 64),
      (["new", "a", "--key", old, "--new-key", new, "--csr", "IDS"], "usage", 64),
      (["new", "a", "--key", old, "--create-key", "b.pem", "--new-certificate", "c.cer", "IDS"], "usage", 64),
      (["new", "a", "--key", old, "--create-key", "b.pem", "--bits", "many", "IDS"], "usage", 64),
      (["new", "a", "--key", old, "--create-key", "b.key", "IDS"], "destination-not-offered", 2),
      (["new", "a", "--key", old, "--new-key", new, "--windows", "145", "IDS"], "usage", 64),
      (["new", "a", "--key", old, "--new-key", new, "--windows", "2", "--plan-only", "IDS"], "usage", 64),
      (["new", "a", "--key", old, "--new-key", new, "--not-before", "-1h", "IDS"], "usage", 64),
      (["new", "a", "--key", old, "--new-key", new, "--overlap", "soon", "IDS"], "usage", 64),
      (["new", "a", "--key", old, "--new-key", new, "--algorithm", "ES256", "IDS"], "usage", 64),
      (["new", "a", "--key", old, "--new-key", new, "--cloud", "moon", "IDS"], "malformed-parameter", 2),
      (["new", "a", "--key", old, "--new-key", old, "IDS"], "malformed-plan", 2),
      (["new", "none/a", "--key", old, "--new-key", new, "IDS"], "output-unwritable", 2),
      (["new", "a", "--key", "pem:none.pem", "--new-key", new, "IDS"], "file-unreadable", 2),
      (["new", "a", "--key", "pem:b.pem;password=x", "--new-key", new, "IDS"], "secret-in-reference", 2),
      (["new", "a", "--table", "none.csv"], "file-unreadable", 2),
      (["next", "a", "--overlap", "9d", "--now", "leaked"], "usage", 64),
      (["next", "a", "--now", " "], "usage", 64),
    ] as [([String], String, Int32)])
  func refusals(arguments: [String], id: String, status: Int32) throws {
    let isWhole = arguments.last == "IDS"
    let outcome = try rollover(isWhole ? arguments.dropLast() + Self.ids : arguments)
    #expect(outcome.status == status && outcome.error.contains("[\(id)]\n"), "\(outcome)")
    #expect(outcome.output.isEmpty && outcome.error.contains("keyroll: error: "))
    #expect(try folder.names().isEmpty)
  }

  @Test("an object id that is the client id, or no GUID, is refused before a key is opened")
  func ids() throws {
    for (object, words) in [
      (Self.client, "the object id is not the application (client) id"), ("payroll", "--application takes a GUID"),
    ] {
      let outcome = try rollover(
        ["new", "a", "--key", "none.pem", "--new-key", "none.pem", "--application", object, "--client-id", Self.client]
          + ["--tenant", "contoso.onmicrosoft.com"])
      #expect(outcome.status == 2 && outcome.error.contains(words), "\(outcome)")
    }
  }

  @Test("help on the group tells of all its commands, and that of one of its options")
  func help() throws {
    let group = try rollover(["--help"])
    #expect(group.status == 0, "\(group)")
    for name in ["status", "new", "next", "record", "switched", "abandon"] {
      #expect(group.output.contains("\n  \(name) "), "\(group)")
    }
    #expect(try rollover(["next", "--help"]).output.contains("--now <reason>"))
  }

  // MARK: Tables

  private func table(_ lines: [String], _ options: [String] = []) throws -> Outcome {
    try folder.write(Array(lines.map { "\($0)\n" }.joined().utf8), to: "apps.csv")
    return try rollover(["new", "roll", "--table", "apps.csv"] + options)
  }

  @Test(
    "a fault in a table is named with its line, and nothing is made",
    arguments: [
      (["folder,colour", "a,red"], "line 1, column 8 of the table"),
      (["folder,key", "a,x,y"], "line 2, column 5 of the table"),
      (["folder,key", "a,\(old)", "a,\(old)"], "the folder a is that of line 2"),
      (["folder,key", "../a,\(old)"], "line 2, column 1 of the table"),
      (["folder,key", "a,\(old)", "b,"], "line 2 of the table, a: --create-key, to make the new key"),
      (
        ["folder,key,new-key", "a,\(old),\(new)", "b,,\(new)"], "line 3 of the table, b: --key, the old key, is missing"
      ),
      (["folder,key"], "the table has no rollovers"),
    ] as [([String], String)])
  func faultyTable(lines: [String], words: String) throws {
    let outcome = try table(lines, Self.ids)
    #expect(outcome.status == 2 && outcome.error.contains("[malformed-table]"), "\(outcome)")
    #expect(outcome.error.contains(words), "\(outcome)")
    #expect(try folder.names() == ["apps.csv"])
  }

  @Test("what is a column cannot be an option too")
  func twice() throws {
    let outcome = try table(["folder,key,new-key,tenant", "a,\(Self.old),\(Self.new),contoso.com"], Self.ids)
    #expect(outcome.status == 64 && outcome.error.contains("--tenant is a column of the table too"), "\(outcome)")
  }

  @Test("one that fails stops none of the others, and the second run skips what is there")
  func rows() throws {
    let lines = [
      "folder,application,key,new-key", "crm,\(Self.object),\(Self.old),\(Self.new)",
      "hr,3f2504e0-4f89-41d3-9a0c-0305e82c3302,pem:none.pem,\(Self.new)",
      "pay,3f2504e0-4f89-41d3-9a0c-0305e82c3303,\(Self.old),\(Self.new)",
    ]
    let ids = Array(Self.ids.dropFirst(2))
    let first = try table(lines, ids + ["--send-to", "mon"])
    #expect(
      first.status == 1
        && first.output.contains(
          "\n2 made · 1 failed: hr, none.pem cannot be read: no such file or directory [file-unreadable]\n"),
      "\(first)")
    #expect(first.output.hasSuffix("next: sh mon/run.sh\n"))
    #expect(try folder.names(in: "roll") == ["crm", "pay"] && folder.names(in: "mon") == ["crm", "pay", "run.sh"])
    let journal = try folder.bytes("roll/crm/journal.jsonl")
    let second = try table(lines.map { $0.replacing("pem:none.pem", with: Self.old) }, ids + ["--send-to", "mon"])
    #expect(second.status == 0 && second.output.contains("\n2 written before · 1 made\n"), "\(second)")
    #expect(try folder.bytes("roll/crm/journal.jsonl") == journal)
    // For programs the same.
    let json = try rollover(["roll", "--format", "json"])
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    let folders = (object?["rollovers"] as? [[String: Any]])?.compactMap { $0["folder"] as? String }
    #expect(folders == ["roll/crm", "roll/hr", "roll/pay"], "\(json)")
    #expect(try rollover(["roll"]).output.hasSuffix("\n3 ready\n"))
  }
}
