import Foundation
import TestSupport
import Testing

/// Rollovers whose commands are killed before a call that makes, renames or syncs a file, or in the middle of a write: the same
/// command run again leads to where it leads undisturbed.
@Suite(
  "Rollovers whose commands are killed", .tags(.process, .slow),
  .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)))
struct RolloverKilledTests {
  private let desk: RolloverDesk
  private let library: String

  init() throws {
    desk = try RolloverDesk(modes: #"{"lag": 1}"#, settings: ["idle_seconds": 900])
    library = try BuiltLibrary.kill.copy(into: desk.folder, as: "kill.so")
    try FileManager.default.createDirectory(atPath: desk.folder.path("at"), withIntermediateDirectories: true)
    let table = "folder,key,new-key\npayroll,\(RolloverDesk.oldKey),\(RolloverDesk.newKey)\n"
    try desk.folder.write(Array(table.utf8), to: "at/apps.csv")
  }

  /// What the owner of the folder does, in order; sending lies between them.
  private enum Step: CaseIterable {
    case new, record, switched, next, recordAgain

    var arguments: [String] {
      switch self {
      case .new: ["new", "roll", "--table", "apps.csv", "--send-to", "mon"] + RolloverDesk.object
      case .record: ["record", "roll", "mon"]
      case .switched: ["switched", "roll"]
      case .next: ["next", "roll", "--send-to", "week2"]
      case .recordAgain: ["record", "roll", "week2"]
      }
    }
  }

  /// Runs a command in a folder of the desk, killed before the call of that number, or to its end.
  private func rollover(_ arguments: [String], in folder: String, killedAt call: Int? = nil) throws -> Outcome {
    let words = arguments.map { "'\($0)'" }.joined(separator: " ")
    let preload = "LD_PRELOAD='\(library)' KILL_COUNT='\(desk.folder.path("count"))'"
    return try Shell.run(
      "cd '\(desk.folder.path(folder))' && umask 077 && exec env \(preload) KILL_AT=\(call ?? 0) keyroll rollover \(words) --at \(desk.machine.time)"
    )
  }

  /// How many calls the last run made that came to its end.
  private func callCount() throws -> Int { try #require(Int(try desk.machine.text("count").dropLast())) }

  private func copy(_ folder: String, to other: String) throws {
    let copied = try Shell.run(
      "cd '\(desk.folder.path(""))' && rm -rf '\(other)' && cp -a '\(folder)' '\(other)'")
    try #require(copied.status == 0, "\(copied)")
  }

  /// Where the rollover stands, what its journal tells, and every file that is not hidden.
  private func summary(of folder: String) throws -> [String] {
    let status = try Shell.run(
      "cd '\(desk.folder.path(folder))' && exec keyroll rollover roll/payroll --format json --at \(desk.machine.time)")
    let json = try JSONSerialization.jsonObject(with: Data(status.output.utf8)) as? [String: Any]
    let rollover = (json?["rollovers"] as? [[String: Any]])?.first ?? [:]
    let stands = ["state", "next", "package", "removableFrom"].map { "\($0) \(rollover[$0] as? String ?? "-")" }
    let journal = try desk.machine.text("\(folder)/roll/payroll/journal.jsonl").split(separator: "\n")
    let events = journal.filter { !$0.hasSuffix("#torn") }.map { line in
      String(line.replacing(/"sha256":"[0-9A-F]*"/, with: "").replacing(/"time":"[^"]*"/, with: ""))
    }
    let files = try Shell.run("cd '\(desk.folder.path(folder))' && find . -name '.?*' -prune -o -print | sort").output
    return stands + events.sorted() + [files]
  }

  /// Every call of a short run; of a long one the first and last, and some of those between.
  private func calls(_ count: Int) -> [Int] {
    (1...max(1, count)).filter { $0 <= 8 || $0 > count - 5 || $0.isMultiple(of: 23) }
  }

  /// Runs a step to its end in `at`, and on copies of what was there before killed at its calls.
  private func perform(_ arguments: [String], _ name: String) throws {
    try copy("at", to: "before")
    let whole = try rollover(arguments, in: "at")
    try #require(whole.status == 0, "\(name): \(whole)")
    let (count, expected) = (try callCount(), try summary(of: "at"))
    #expect(count >= 3, "\(name)")
    for call in calls(count) {
      try copy("before", to: "copy")
      let killed = try rollover(arguments, in: "copy", killedAt: call)
      #expect(killed.status == 128 + SIGKILL, "\(name) at \(call): \(killed)")
      let again = try rollover(arguments, in: "copy")
      #expect(again.status == 0, "\(name) at \(call): \(again)")
      let stands = try summary(of: "copy")
      #expect(stands == expected, "\(name) at \(call)")
    }
  }

  @Test("Killed at any call of new, record, switched and next, the same command again leads to the same state")
  func steps() throws {
    for step in Step.allCases {
      if step == .record { #expect(try desk.send("at/mon").status == 0) }
      if step == .next { desk.machine.now += 7 * 86_400 }
      if step == .recordAgain { #expect(try desk.send("at/week2").status == 0) }
      try perform(step.arguments, "\(step)")
    }
    #expect(try summary(of: "at").first == "state done")
  }

  @Test("Killed at any call of abandon, and of the package that follows, it leads to the same state")
  func abandon() throws {
    #expect(try rollover(Step.new.arguments, in: "at").status == 0)
    #expect(try desk.send("at/mon").status == 0)
    #expect(try rollover(Step.record.arguments, in: "at").status == 0)
    try perform(["abandon", "roll"], "abandon")
    try perform(Step.next.arguments, "next")
    #expect(try desk.machine.text("at/roll/payroll/journal.jsonl").contains(#""kind":"undo""#))
  }

  @Test(
    "Killed once in each step of one rollover, it comes to its end, and nothing is sent twice", arguments: [1, 2, 3])
  func whole(part: Int) throws {
    for step in Step.allCases {
      if step == .record { #expect(try desk.send("at/mon").status == 0) }
      if step == .next { desk.machine.now += 7 * 86_400 }
      if step == .recordAgain { #expect(try desk.send("at/week2").status == 0) }
      try copy("at", to: "copy")
      #expect(try rollover(step.arguments, in: "copy").status == 0)
      let count = try callCount()
      let killed = try rollover(step.arguments, in: "at", killedAt: max(1, count * part / 3))
      #expect(killed.status == 128 + SIGKILL, "\(step): \(killed)")
      let again = try rollover(step.arguments, in: "at")
      #expect(again.status == 0, "\(step): \(again)")
    }
    #expect(try summary(of: "at").first == "state done")
    #expect(desk.machine.count("addKey") == 1 && desk.machine.count("removeKey") == 1)
  }
}
