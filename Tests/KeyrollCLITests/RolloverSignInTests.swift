import Foundation
import TestSupport
import Testing

/// Reports of sign-ins that somebody saved, as evidence.
@Suite(
  "Reports of sign-ins in a rollover", .tags(.process),
  .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)))
struct RolloverSignInTests {
  private let desk: RolloverDesk
  private let newID: String

  /// The new key is added, and no token has been given for it.
  init() throws {
    let desk = try RolloverDesk(modes: #"{"lag": 99}"#)
    let made = try desk.keyroll(
      ["rollover", "new", "payroll", "--key", RolloverDesk.oldKey, "--new-key", RolloverDesk.newKey]
        + RolloverDesk.object)
    try #require(made.status == 0, "\(made)")
    #expect(try desk.send("payroll/send-1").status == 1)
    let report = try desk.report()
    try #require(report["state"] as? String == "added")
    self.desk = desk
    newID = try #require((report["newKey"] as? [String: Any])?["keyId"] as? String)
  }

  private func signIn(
    _ key: String, minutesFromNow minutes: Int64 = 1, client: String = LoopbackService.clientID, code: Int = 0
  ) -> [String: Any] {
    let date = Date(timeIntervalSince1970: TimeInterval(desk.machine.now + minutes * 60))
    return [
      "id": UUID().uuidString, "createdDateTime": ISO8601DateFormatter().string(from: date), "appId": client,
      "signInEventTypes": ["servicePrincipal"], "servicePrincipalCredentialKeyId": key,
      "status": ["errorCode": code, "failureReason": "Other."],
    ]
  }

  private func record(_ entries: [[String: Any]], as name: String = "report.json") throws -> Outcome {
    let page: [String: Any] = [
      "@odata.context": "https://graph.microsoft.com/beta/$metadata#auditLogs/signIns", "value": entries,
    ]
    try desk.folder.write([UInt8](try JSONSerialization.data(withJSONObject: page)), to: name)
    // Nobody saves a report before what it tells.
    desk.machine.now += 600
    return try desk.rollover("record", "payroll", name)
  }

  @Test("A later success with the new key id makes accepted, and is kept as evidence")
  func accepted() throws {
    let recorded = try record([signIn(newID, code: 700_027), signIn(newID)])
    #expect(recorded.status == 0 && recorded.output.contains("accepted: the new key works"), "\(recorded)")
    #expect(try desk.state() == "accepted")
    #expect(try desk.folder.names(in: "payroll/answers").contains("sign-ins.txt"))
    let journal = try desk.machine.text("payroll/journal.jsonl")
    #expect(journal.contains(#""event":"accepted","evidence":{"file":"answers/sign-ins.txt""#), "\(journal)")
    #expect(try desk.rollover("switched", "payroll").status == 0)
    // The same report tells nothing twice.
    #expect(try desk.rollover("record", "payroll", "report.json").status == 0)
    #expect(
      try desk.machine.text("payroll/journal.jsonl").split(separator: "\n").count { $0.contains("accepted") } == 1)
  }

  @Test("Failures, other applications, other keys and what was before the key are no evidence")
  func nothing() throws {
    let other = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    let outcomes = [
      (try record([signIn(newID, client: other)]), "no sign-in of the application"),
      (try record([signIn(other)]), "with the old or the new key"),
      (try record([signIn(newID, code: 700_027)]), "with the old or the new key"),
      (try record([signIn(newID, minutesFromNow: -60)]), "with the old or the new key"),
      (try record([]), "no sign-in of the application"),
    ]
    for (outcome, words) in outcomes {
      #expect(
        outcome.status == 2 && outcome.error.contains(words) && outcome.error.contains("[evidence-unknown]"),
        "\(outcome)")
    }
    #expect(try desk.state() == "added")
    var strange = signIn(newID)
    strange["createdDateTime"] = "soon"
    let refused = try record([strange])
    #expect(refused.status == 2 && refused.error.contains("[malformed-response]"), "\(refused)")
  }

  @Test("A use of the old key after the switch is a warning, once, and next says it before the removal")
  func oldKeyUsed() throws {
    // A list shows the key id of the old certificate.
    #expect(try record([signIn(newID), signIn(CourierMachine.oldID, minutesFromNow: -30)]).status == 0)
    #expect(try desk.rollover("switched", "payroll").error.isEmpty)
    let later = [
      signIn(newID), signIn(CourierMachine.oldID, minutesFromNow: 3),
      signIn(CourierMachine.oldID, minutesFromNow: 5, code: 7),
      signIn(CourierMachine.oldID, minutesFromNow: 1),
    ]
    let used = Date(timeIntervalSince1970: TimeInterval(desk.machine.now + 300))
    let warning =
      "keyroll: warning: the old key was still used at \(ISO8601DateFormatter().string(from: used)), after the switch\n"
    #expect(try record(later).error == warning)
    #expect(try desk.rollover("payroll").error == warning)
    desk.machine.now += 8 * 86_400
    let next = try desk.rollover("next", "payroll")
    #expect(next.status == 0 && next.output.contains("to remove the old key"), "\(next)")
    #expect(next.error.components(separatedBy: "still used").count == 2 && next.error.contains(warning), "\(next)")
  }
}
