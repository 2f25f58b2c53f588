import Foundation
import TestSupport
import Testing

/// What the commands refuse, and what they go on past.
@Suite(
  "Rollovers that are guarded", .tags(.process),
  .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)))
struct RolloverGuardTests {
  /// Begins one with a new key in a PFX, whose password is in the file `pw`.
  private func begun(_ options: [String] = [], modes: String = "{}") throws -> RolloverDesk {
    let desk = try RolloverDesk(modes: modes)
    try desk.folder.write(Array("secret word\n".utf8), to: "pw")
    let made = try desk.keyroll(
      ["rollover", "new", "payroll", "--key", RolloverDesk.oldKey, "--create-key", "new.pfx", "--bits", "2048"]
        + ["--subject", "Payroll", "--new-password-file", "pw"] + RolloverDesk.object + options)
    try #require(made.status == 0, "\(made)")
    return desk
  }

  private func switched() throws -> RolloverDesk {
    let desk = try begun()
    _ = try desk.send("payroll/send-1")
    let switched = try desk.rollover("switched", "payroll")
    try #require(switched.status == 0, "\(switched)")
    return desk
  }

  /// What the service listed first, without its head: it lacks the new key, and says nothing of its time.
  private func oldList(_ desk: RolloverDesk) throws {
    let answer = try desk.machine.text("payroll/answers/send-1-list-1.txt")
    let body = try #require(answer.firstRange(of: "{")).lowerBound
    try desk.folder.write(Array(answer[body...].utf8), to: "old.json")
  }

  @Test("While one command asks for a password, no other changes the rollover, and status looks at it")
  func oneAtATime() throws {
    let desk = try begun(modes: #"{"lag": 9}"#)
    _ = try desk.send("payroll/send-1")
    #expect(try desk.state() == "added")
    desk.machine.now += 1800
    let session = try desk.session("next payroll")
    try session.wait(for: "password for ")
    let journal = try desk.folder.bytes("payroll/journal.jsonl")
    for command in [
      ["abandon", "payroll"], ["switched", "payroll"], ["next", "payroll", "--new-password-file", "pw"],
    ] {
      let other = try desk.keyroll(["rollover"] + command)
      #expect(other.status == 2 && other.error.contains("[folder-busy]"), "\(other)")
    }
    let status = try desk.rollover("payroll")
    #expect(status.status == 0 && status.error.contains("another keyroll works on payroll"), "\(status)")
    #expect(try desk.folder.bytes("payroll/journal.jsonl") == journal)
    try session.type("secret word\n")
    let outcome = try session.finish()
    #expect(outcome.status == 0 && outcome.output.contains("to try the new key"), "\(outcome)")
  }

  @Test("A reason for not waiting is kept with the package alone, and has to be one")
  func waiver() throws {
    let desk = try switched()
    try desk.folder.write(Array("wrong\n".utf8), to: "bad")
    let wrong = try desk.rollover("next", "payroll", "--new-password-file", "bad", "--now", "stolen")
    #expect(wrong.status == 2 && wrong.error.contains("[wrong-password]"), "\(wrong)")
    let waits = try desk.rollover("next", "payroll", "--new-password-file", "pw")
    #expect(waits.status == 2 && waits.error.contains("[gate-closed]"), "\(waits)")
    #expect(try !desk.machine.text("payroll/journal.jsonl").contains("waived"))
    for blank in ["", " ", "\n", "\t"] {
      #expect(try desk.rollover("next", "payroll", "--new-password-file", "pw", "--now", blank).status == 64)
    }
    for _ in 1...2 {
      let next = try desk.rollover("next", "payroll", "--new-password-file", "pw", "--now", "stolen")
      #expect(next.status == 0, "\(next)")
    }
    let journal = try desk.machine.text("payroll/journal.jsonl").split(separator: "\n")
    #expect(journal.count { $0.contains("waived") } == 1)
  }

  @Test("Evidence against a removal that is out: it must not be sent, and nobody gives up before it is back")
  func withheld() throws {
    let desk = try switched()
    let next = try desk.rollover("next", "payroll", "--new-password-file", "pw", "--now", "stolen", "--windows", "6")
    #expect(next.status == 0, "\(next)")
    try oldList(desk)
    desk.machine.now += 60
    #expect(try desk.rollover("record", "payroll", "old.json").status == 0)
    let status = try desk.rollover("payroll")
    #expect(
      status.output.contains(
        """
        because  the newest list does not show the new certificate: a replica may lag, or somebody removed it
        next     keyroll rollover record payroll PACKAGE
                 if it was sent; else do not send payroll/send-2, nor any copy of it:
                 it can be sent until
        """), "\(status)")
    #expect(try desk.report()["next"] as? String == "withhold")
    let another = try desk.rollover("next", "payroll", "--new-password-file", "pw", "--now", "stolen")
    #expect(another.status == 2 && another.error.contains("[gate-closed]"), "\(another)")
    // It is refused before anybody is asked whether the workload is back.
    let given = try desk.rollover("abandon", "payroll")
    #expect(given.status == 2 && given.error.contains("[step-too-early]"), "\(given)")
    desk.machine.now += 3600
    #expect(try desk.report()["next"] as? String == "pack-try")
  }

  @Test("A workload is not switched once the newest list lacks the new key, nor once the rollover was given up")
  func notSwitched() throws {
    let desk = try begun()
    _ = try desk.send("payroll/send-1")
    #expect(try desk.state() == "accepted")
    try oldList(desk)
    desk.machine.now += 60
    #expect(try desk.rollover("record", "payroll", "old.json").status == 0)
    let refused = try desk.rollover("switched", "payroll")
    #expect(
      refused.status == 2 && refused.error.contains("the newest list does not show the new certificate"), "\(refused)")
    #expect(try desk.rollover("abandon", "payroll").status == 0)
    let late = try desk.rollover("switched", "payroll")
    #expect(late.status == 2 && late.error.contains("[rollover-ended]"), "\(late)")
    #expect(try desk.state() == "accepted")
  }

  @Test("An answer that cannot be read is a warning with its path, and the others count")
  func unreadable() throws {
    let desk = try begun()
    _ = try desk.send("payroll/send-1")
    try desk.folder.write(Array("HTTP/1.1 200 OK\r\n\r\n{\"id\":\"0".utf8), to: "payroll/send-1/list-1/answer.txt")
    let status = try desk.rollover("payroll")
    #expect(status.status == 0 && status.output.contains("· accepted\n"), "\(status)")
    #expect(status.error.contains("warning: payroll/send-1/list-1/answer.txt is passed over: "), "\(status)")
    let recorded = try desk.rollover("record", "payroll", "payroll/send-1")
    #expect(recorded.status == 0 && recorded.error.contains("is passed over"), "\(recorded)")
  }

  @Test("Of several things that one rollover cannot take, the sum names it once, and no hint names an option of others")
  func foreign() throws {
    let desk = try begun()
    let objects = ["1", "2"].map { #"{"id": "3f2504e0-4f89-41d3-9a0c-0305e82c330\#($0)", "keyCredentials": []}"# }
    try desk.folder.write(Array("[]".utf8), to: "none.json")
    try desk.folder.write(Array("[\(objects.joined(separator: ", "))]".utf8), to: "two.json")
    let refused = try desk.rollover("record", "payroll", "none.json", "two.json")
    #expect(refused.status == 1 && refused.output.hasSuffix("\n2 failed: payroll\n"), "\(refused)")
    #expect(!refused.error.contains("--object-id"), "\(refused)")
  }

  // MARK: Copies

  @Test("A copy that is there is not taken for that of a new package, and nothing is made before that is known")
  func copies() throws {
    let desk = try RolloverDesk()
    try desk.folder.write(Array("secret word\n".utf8), to: "pw")
    try FileManager.default.createDirectory(
      atPath: desk.folder.path("mon/payroll"), withIntermediateDirectories: true)
    let new =
      ["rollover", "new", "payroll", "--key", RolloverDesk.oldKey, "--create-key", "new.pfx", "--bits", "2048"]
      + ["--subject", "Payroll", "--new-password-file", "pw", "--send-to"]
    let refused = try desk.keyroll(new + ["mon"] + RolloverDesk.object)
    #expect(refused.status == 2 && refused.error.contains("[output-exists]"), "\(refused)")
    #expect(try !desk.folder.names().contains { $0.hasPrefix("new.") || $0 == "payroll" })
    let made = try desk.keyroll(new + ["tue"] + RolloverDesk.object)
    #expect(made.status == 0, "\(made)")
    // The same again completes what may be missing; another folder of that name does not.
    let next = ["rollover", "next", "payroll", "--new-password-file", "pw", "--send-to"]
    #expect(try desk.keyroll(next + ["tue"]).status == 0)
    try desk.folder.write(Array("echo\n".utf8), to: "tue/payroll/run.sh")
    let foreign = try desk.keyroll(next + ["tue"])
    #expect(foreign.status == 2 && foreign.error.contains("is not a copy of payroll/send-1"), "\(foreign)")
    try FileManager.default.removeItem(atPath: desk.folder.path("payroll/send-1"))
    let lost = try desk.keyroll(next + ["wed"])
    #expect(lost.status == 2 && lost.error.contains("payroll/send-1 is not there"), "\(lost)")
    #expect(try desk.folder.names(in: "wed") == ["run.sh"])
    try desk.folder.write(Array("echo\n".utf8), to: "wed/run.sh")
    #expect(try desk.keyroll(next + ["wed"]).error.contains("[output-exists]"))
  }

  @Test("The copy of a rollover that is named by a dot has the name of its folder")
  func dot() throws {
    let desk = try begun()
    let next = try Shell.run(
      "cd '\(desk.folder.path("payroll"))' && keyroll rollover next . --send-to ../mon --at \(desk.machine.time)")
    #expect(next.status == 0 && next.output.contains("../mon/payroll/run.sh"), "\(next)")
    #expect(try desk.folder.names(in: "mon") == ["payroll", "run.sh"])
  }

  // MARK: Beginning

  @Test("A place that others can change is refused before the key is made")
  func place() throws {
    let desk = try RolloverDesk()
    try desk.folder.write(Array("secret word\n".utf8), to: "pw")
    try FileManager.default.createDirectory(atPath: desk.folder.path("open"), withIntermediateDirectories: true)
    try desk.folder.setMode("open", 0o777)
    let refused = try desk.keyroll(
      ["rollover", "new", "open/payroll", "--key", RolloverDesk.oldKey, "--create-key", "new.pfx", "--bits", "2048"]
        + ["--subject", "Payroll", "--new-password-file", "pw"] + RolloverDesk.object)
    #expect(refused.status == 2 && refused.error.contains("[folder-changeable]"), "\(refused)")
    #expect(try !desk.folder.names().contains { $0.hasPrefix("new.") })
  }

  @Test(
    "A folder that no command could name is not made",
    arguments: ["pay\u{1B}[31mroll", "pay\u{202E}roll", "pay\u{FFFD}"])
  func untypeable(name: String) throws {
    let desk = try RolloverDesk()
    let before = try desk.folder.names()
    let refused = try desk.keyroll(
      ["rollover", "new", name, "--key", RolloverDesk.oldKey, "--new-key", RolloverDesk.newKey] + RolloverDesk.object)
    #expect(refused.status == 64 && refused.error.contains("cannot be typed"), "\(refused)")
    #expect(try desk.folder.names() == before)
  }

  @Test("What an earlier run has made is named, and a key that proves nothing yet is refused before another is made")
  func resuming() throws {
    let desk = try RolloverDesk()
    try desk.folder.write(Array("secret word\n".utf8), to: "pw")
    let password = ["--new-password-file", "pw"]
    func new(_ key: String, _ more: [String] = []) throws -> Outcome {
      try desk.keyroll(
        ["rollover", "new", "payroll", "--key", key, "--create-key", "new.pfx", "--bits", "2048", "--subject", "P"]
          + RolloverDesk.object + password + more)
    }
    let future = try Shell.run(
      "cd '\(desk.folder.path(""))' && keyroll create key pem:later.pem --subject P --bits 2048 --no-password "
        + "--at 2027-03-01T00:00:00Z")
    try #require(future.status == 0, "\(future)")
    let early = try new("later.pem")
    #expect(early.status == 2 && early.error.contains("[certificate-not-yet-valid]"), "\(early)")
    #expect(try !desk.folder.names().contains { $0.hasPrefix("new.") || $0 == "payroll" })
    let made = try desk.keyroll(["create", "key", "new.pfx", "--subject", "P", "--bits", "2048"] + password)
    try #require(made.status == 0, "\(made)")
    let again = try new(RolloverDesk.oldKey)
    #expect(again.status == 2 && again.error.contains("name it by --new-key"), "\(again)")
  }

  @Test("One application is begun once, whatever the lines of the table call it")
  func twice() throws {
    let desk = try RolloverDesk()
    let id = LoopbackService.applicationID
    let table = """
      folder,application,key,new-key
      one,\(id),\(RolloverDesk.oldKey),\(RolloverDesk.newKey)
      two,\(id.uppercased()),\(RolloverDesk.oldKey),\(RolloverDesk.newKey)

      """
    try desk.folder.write(Array(table.utf8), to: "apps.csv")
    let refused = try desk.rollover(
      "new", "roll", "--table", "apps.csv", "--client-id", LoopbackService.clientID, "--tenant", LoopbackService.tenant)
    #expect(refused.status == 2 && refused.error.contains("[malformed-table]"), "\(refused)")
    #expect(refused.error.contains("line 3 of the table") && refused.error.contains("line 2"), "\(refused)")
    #expect(try !desk.folder.names().contains("roll"))
  }
}
