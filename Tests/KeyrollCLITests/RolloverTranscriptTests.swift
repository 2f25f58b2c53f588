import Foundation
import TestSupport
import Testing

/// The walks of `docs/rollover.md`, run line by line as they are printed there: on a terminal, against services that are not
/// ours, at the times that the page says.
@Suite(
  "The walks of the page about rollovers", .tags(.process),
  .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)))
struct RolloverTranscriptTests {
  private static let hsm = ThrowawayToken.isAvailable(.softHSM)
  private static let made = "2026-06-01T00:00:00Z"
  private static let settings = ["tenant": "contoso.onmicrosoft.com"]

  @Test("One application with keys in files")
  func files() throws {
    let desk = try RolloverDesk(modes: #"{"lag": 1}"#, settings: Self.settings) { folder in
      try folder.write(Array("old".utf8), to: "pw")
      let made = try BuiltCommand.run(
        "create", "key", folder.path("old.pfx"), "--subject", "Payroll", "--bits", "2048", "--new-password-file",
        folder.path("pw"), "--at", Self.made)
      try #require(made.status == 0, "\(made)")
      return folder.path("old.cer")
    }
    try Transcript(0).run(on: desk)
    #expect(desk.machine.count("addKey") == 1 && desk.machine.count("removeKey") == 1)
  }

  @Test(
    "Keys in an HSM, and a courier", .tags(.hsm),
    .enabled(if: hsm, Comment(rawValue: ThrowawayToken.absence(of: .softHSM))))
  func courier() throws {
    let token = try Self.token()
    let desk = try RolloverDesk(settings: Self.settings) { try Self.oldKey(on: token, in: $0) }
    try Transcript(1).run(on: desk, with: token)
    #expect(desk.machine.count("addKey") == 1 && desk.machine.count("removeKey") == 1)
  }

  @Test(
    "Fifty applications with one login for all, of which one is broken", .tags(.hsm, .slow),
    .enabled(if: hsm, Comment(rawValue: ThrowawayToken.absence(of: .softHSM))))
  func fifty() throws {
    let token = try Self.token()
    let names = (1...49).map { "app-\($0 < 10 ? "0" : "")\($0)" } + ["hr-sync"]
    func id(_ kind: String, _ index: Int) -> String {
      "\(kind)-7a8a-4d4e-9f53-3f6c2b1a\(String(1000 + index))"
    }
    // The services know two of the new keys only when they were asked for them several times.
    let folder = try TemporaryFolder()
    let registered = try Self.oldKey(on: token, in: folder)
    let slow = try folder.write(Array(#"{"lag": 5}"#.utf8), to: "slow")
    let applications = names.enumerated().map { index, name -> [String: Any] in
      var application: [String: Any] = [
        "client_id": id("2f1e9c44", index), "object_id": id("0b5f2f6e", index),
        "registered": [CourierMachine.oldID: registered],
      ]
      if ["app-07", "app-31"].contains(name) { application["modes"] = slow }
      return application
    }
    let settings: [String: Any] = [
      "tenant": "contoso.onmicrosoft.com", "applications": applications, "idle_seconds": 900,
    ]
    let desk = try RolloverDesk(settings: settings)
    let rows = names.enumerated().map { index, name in
      let old = name == "hr-sync" ? "pay-2025" : "pay-2026"
      return "\(name),\(id("0b5f2f6e", index)),\(id("2f1e9c44", index)),pkcs11:token=HSM;object=\(old),"
        + "pkcs11:token=HSM;object=\(name)-2027"
    }
    let table = (["folder,application,client-id,key,create-key"] + rows).map { "\($0)\n" }.joined()
    try desk.folder.write(Array(table.utf8), to: "apps.csv")
    let spy = try FaultModule(overTokens: token)
    try Data("module: \(spy.path)\n".utf8).write(to: URL(fileURLWithPath: token.path("pkcs11/modules/softhsm.module")))
    var logins: [Int] = []
    try Transcript(2).run(on: desk, with: token) { line in
      if line.hasPrefix("keyroll rollover n") { logins.append(try spy.pinTryCount()) }
    }
    // One for each of the two runs that sign.
    #expect(logins == [1, 2])
    #expect(desk.machine.count("addKey") == 49 && desk.machine.count("removeKey") == 2)
  }

  /// A token with the label of the page, for one test alone.
  private static func token() throws -> ThrowawayToken {
    let token = try SharedToken.softHSM().copy()
    let made = try token.run(
      "softhsm2-util",
      ["--init-token", "--free", "--label", "HSM", "--so-pin", "12345678", "--pin", ThrowawayToken.pin])
    try #require(made.status == 0, "\(made)")
    return token
  }

  /// Makes the key of last year, and gives the file of its certificate.
  private static func oldKey(on token: ThrowawayToken, in folder: TemporaryFolder) throws -> String {
    let made = try token.run(
      BuiltCommand.path,
      ["create", "key", "pkcs11:token=HSM;object=pay-2026", "--subject", "Payroll", "--bits", "2048", "--output"]
        + [folder.path("old.cer"), "--store", "--pin-file", token.pinFile, "--at", Self.made])
    try #require(made.status == 0, "\(made)")
    return folder.path("old.cer")
  }
}

/// One of the blocks of the page: times, commands behind a prompt, and what each prints.
private struct Transcript {
  private struct Command {
    let line: String
    var output: [String] = []
  }

  private enum Step {
    case time(Int64)
    case command(Command)
  }

  private let steps: [Step]
  /// The folder of the page, which stands for that of the desk.
  private static let home = "/home/ana"

  init(_ number: Int) throws {
    let page = try String(contentsOf: checkout.appending(path: "docs/rollover.md"), encoding: .utf8)
    let blocks = page.components(separatedBy: "```console\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
    try #require(blocks.count == 3)
    var steps: [Step] = []
    for line in blocks[number].split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init) {
      if line.hasPrefix("# ") {
        let date = try #require(ISO8601DateFormatter().date(from: String(line.dropFirst(2))), "\(line)")
        steps.append(.time(Int64(date.timeIntervalSince1970)))
      } else if let prompt = ["$ ", "vault$ ", "courier$ "].first(where: { line.hasPrefix($0) }) {
        steps.append(.command(Command(line: String(line.dropFirst(prompt.count)))))
      } else if case .command(var command)? = steps.last {
        command.output.append(line)
        steps[steps.count - 1] = .command(command)
      }
    }
    self.steps = steps
  }

  /// Runs them in the folder of a desk, whose stick is a folder in it; `then` looks at what a command has done.
  func run(on desk: RolloverDesk, with token: ThrowawayToken? = nil, then: (String) throws -> Void = { _ in }) throws {
    let stick = desk.folder.path("stick")
    try FileManager.default.createDirectory(atPath: stick, withIntermediateDirectories: true)
    try desk.machine.tool(
      "keyroll",
      "exec '\(BuiltCommand.path)' \"$@\" --at \"$(/bin/date -u -d \"@$(cat '\(desk.folder.path("clock"))')\" +%Y-%m-%dT%H:%M:%SZ)\""
    )
    for step in steps {
      switch step {
      case .time(let seconds): desk.machine.now = seconds
      case .command(let command):
        let line = command.line.replacing("/media/stick", with: stick)
        let home = String(desk.folder.path("x").dropLast("/x".count))
        let prompts = command.output.map { $0.replacing(Self.home, with: home) }
        let output = try perform(line, prompts, on: desk, token)
        let shown = output.replacing(stick, with: "/media/stick").replacing(home, with: Self.home)
        #expect(Self.matches(shown, command.output), "\(command.line)\n\(shown)")
        try then(command.line)
      }
    }
  }

  private func perform(
    _ line: String, _ expected: [String], on desk: RolloverDesk, _ token: ThrowawayToken?
  ) throws -> String {
    let script =
      "PATH='\(desk.machine.tools)':/usr/bin:/bin; export PATH; umask 077; cd '\(desk.folder.path(""))' && \(line)"
    let words = ["/bin/sh", "-c", script]
    let program = token?.path("run") ?? words[0]
    let session = try TerminalSession(
      program, token == nil ? Array(words.dropFirst()) : words, environment: ["PATH": "/usr/bin:/bin"])
    for prompt in expected {
      guard let answer = Self.answer(to: prompt) else { continue }
      for part in "\(prompt) ".components(separatedBy: "…") { try session.wait(for: part) }
      try session.type("\(answer)\n")
    }
    return try session.finish().output
  }

  private static func answer(to prompt: String) -> String? {
    let answers = [
      "password for file:old": "old", "password for ": "new", "new password for ": "new", "again:": "new",
      "PIN of ": ThrowawayToken.pin,
    ]
    guard prompt.hasSuffix(":") else { return nil }
    return answers.sorted { $0.key.count > $1.key.count }.first { prompt.hasPrefix($0.key) }?.value
  }

  /// Compares line by line: `…` is any text in a line, and by itself any number of lines.
  static func matches(_ output: String, _ expected: [String]) -> Bool {
    func pattern(_ line: String) -> String {
      line.components(separatedBy: "…").map(NSRegularExpression.escapedPattern(for:)).joined(separator: "[^\n]*")
        + "[ ]*\n"
    }
    let whole = expected.map { $0 == "…" ? "(?:[^\n]*\n)*?" : pattern($0) }.joined()
    return output.range(of: "\\A\(whole)\\z", options: .regularExpression) != nil
  }
}
