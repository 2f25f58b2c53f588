import Foundation
import TestSupport
import Testing

/// What is said of each failure that a service answers with, and that the next command goes on.
@Suite(
  "Failures of rollovers by the command", .tags(.process),
  .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)))
struct RolloverFailureTests {
  private static let (application, client) = (LoopbackService.applicationID, LoopbackService.clientID)
  private static let ids = "the object id of the plan is \(application), and its application (client) id is \(client)"

  private func begun(_ modes: String, _ options: [String] = []) throws -> RolloverDesk {
    let desk = try RolloverDesk(modes: modes)
    let made = try desk.keyroll(
      ["rollover", "new", "payroll", "--key", RolloverDesk.oldKey, "--new-key", RolloverDesk.newKey]
        + RolloverDesk.object + options)
    try #require(made.status == 0, "\(made)")
    return desk
  }

  /// The lines of a status under one name, joined.
  private func field(_ name: String, in outcome: Outcome) -> String {
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    guard let start = lines.firstIndex(where: { $0.hasPrefix("\(name) ") }) else { return "" }
    let more = lines[(start + 1)...].prefix { $0.hasPrefix("         ") }
    return ([lines[start].dropFirst(9)] + more.map { $0.drop { $0 == " " } }).joined(separator: " ")
  }

  @Test(
    "What a request of the first package is refused for is said in words of its own, with what to do",
    arguments: [
      ("addKey", "bad-proof", "the proof was refused; the service blames the access token", ids),
      (
        "addKey", "lifetime", "the certificate is valid for longer than the policy",
        "for the same key that is valid for at most"
      ),
      (
        "addKey", "ca-wanted", "the policy of the tenant wants a certificate from a CA",
        "from a certificate request of the new key"
      ),
      ("addKey", "object-full", "the object holds as many entries as it can", "no entry of the newest list has ended"),
      (
        "addKey", "locked", "the application locks the keys of this service principal",
        "the application with the client id \(client)"
      ),
      ("addKey", "denied", "the request was not allowed", "Application.ReadWrite.OwnedBy"),
      ("addKey", "wrong-object", "there is no such object", ids),
      ("list", "wrong-object", "there is no such object", ids),
      ("addKey", "throttled", "the service has too many requests", "send the next package later"),
      (
        "token", "key-ended", "the token endpoint refuses the old key, which may have ended", "--append --cert @new.pem"
      ),
    ])
  func refused(action: String, refusal: String, meaning: String, advice: String) throws {
    let desk = try begun(#"{"refuse": {"\#(action)": "\#(refusal)"}}"#)
    #expect(try desk.send("payroll/send-1").status == 1)
    desk.machine.now += 3600
    let status = try desk.rollover("payroll")
    let failed = field("failed", in: status)
    #expect(status.status == 0 && failed.contains(meaning) && failed.contains(advice), "\(status)")
    #expect(
      status.output.contains("state    ready\n") && status.output.contains("next     keyroll rollover next payroll\n"))
    // Once it is done, nothing is said of it any more.
    try desk.machine.setModes("{}")
    #expect(try desk.rollover("next", "payroll").status == 0)
    #expect(try desk.send("payroll/send-2").status == 0)
    let done = try desk.rollover("payroll")
    #expect(done.output.contains(" · accepted\n") && field("failed", in: done).isEmpty, "\(done)")
    #expect(desk.machine.count("addKey") <= 2)
  }

  @Test("A new key that is refused is waited for, and after ten minutes its checks are named")
  func lag() throws {
    let desk = try begun(#"{"lag": 99}"#)
    #expect(try desk.send("payroll/send-1").status == 1)
    // The script has waited for the second window.
    desk.machine.now = CourierMachine.start + 120
    let early = try desk.rollover("payroll")
    #expect(
      field("because", in: early).contains("is still refused; that is usual for up to 10 minutes")
        && field("failed", in: early).contains("wait, then try again"), "\(early)")
    desk.machine.now += 3600
    let late = try desk.rollover("payroll")
    #expect(
      field("because", in: late).contains("is still refused; that is longer than usual")
        && field("failed", in: late).contains("keyroll explain shows which check fails"), "\(late)")
  }

  @Test("The answer to addKey is lost: the list that follows shows the key, and it is not added again")
  func lost() throws {
    let desk = try begun(#"{"lost": ["addKey"]}"#)
    let sent = try desk.send("payroll/send-1")
    #expect(sent.output.contains("add-key lost"), "\(sent)")
    #expect(["added", "accepted"].contains(try desk.state()))
    #expect(desk.machine.count("addKey") == 1)
  }

  @Test("A key that was added twice is a conflict that names the surplus key id, and nothing is removed")
  func twice() throws {
    let desk = try begun(#"{"double": true}"#)
    _ = try desk.send("payroll/send-1")
    let status = try desk.rollover("payroll")
    #expect(
      field("because", in: status).hasPrefix("the new certificate is registered more than once; surplus key ids: "),
      "\(status)")
    let report = try desk.report()
    let newID = try #require((report["newKey"] as? [String: Any])?["keyId"] as? String)
    #expect(!field("because", in: status).contains(newID), "\(status)")
    _ = try desk.rollover("switched", "payroll")
    let next = try desk.rollover("next", "payroll", "--now", "leaked")
    #expect(!next.output.contains("to remove the old key"), "\(next)")
  }

  @Test("Nothing to remove: the rollover is done only after another list")
  func nothingToRemove() throws {
    let desk = try begun("{}")
    #expect(try desk.send("payroll/send-1").status == 0)
    #expect(try desk.rollover("switched", "payroll").status == 0)
    desk.machine.now += 7 * 86_400
    #expect(try desk.rollover("next", "payroll").status == 0)
    try desk.machine.setModes(#"{"refuse": {"removeKey": "nothing-to-remove"}}"#)
    _ = try desk.send("payroll/send-2")
    let status = try desk.rollover("payroll")
    #expect(
      field("failed", in: status).contains("list again")
        && field("next", in: status).hasPrefix("keyroll rollover next"),
      "\(status)")
    #expect(try desk.state() == "switched")
  }

  @Test(
    "The clock of the owner is told from a minute on, and is a warning from five", arguments: [30, 90, 400] as [Int64])
  func clock(skew: Int64) throws {
    let desk = try begun(#"{"skew": \#(skew)}"#)
    #expect(try desk.send("payroll/send-1").status == 0)
    let status = try desk.rollover("payroll")
    let words = "the clock here is at least"
    #expect(status.output.contains("note     \(words)") == (skew == 90), "\(status)")
    #expect(status.error.contains("keyroll: warning: \(words)") == (skew == 400), "\(status)")
  }

  @Test("A certificate of usage Sign is never taken for the old entry")
  func forSigning() throws {
    let desk = try begun("{}")
    let thumbprint = try Judge.run(
      "/usr/bin/openssl", ["x509", "-in", Fixtures.path("certificates/leaf.pem"), "-noout", "-fingerprint", "-sha1"]
    ).output.split(separator: "=").last.map { $0.filter(\.isHexDigit) }
    let list = """
      {"id": "\(Self.application)", "keyCredentials": [{"keyId": "\(CourierMachine.oldID)", "type": "X509CertAndPassword", \
      "usage": "Sign", "customKeyIdentifier": "\(thumbprint ?? "")", "startDateTime": "2020-01-01T00:00:00Z", \
      "endDateTime": "2049-12-31T23:59:59Z"}]}
      """
    try desk.folder.write(Array(list.utf8), to: "list.json")
    desk.machine.now += 3600
    #expect(try desk.rollover("record", "payroll", "list.json").status == 0)
    let status = try desk.rollover("payroll")
    #expect(
      field("because", in: status)
        == "the old certificate is also registered with usage Sign, as for SAML; key ids: \(CourierMachine.oldID)",
      "\(status)")
    #expect(try (desk.report()["oldKey"] as? [String: Any])?["keyId"] == nil)
  }

  @Test("Given up before the new key was added, it ends at once, unless a package can still add it")
  func abandoning() throws {
    let desk = try begun("{}")
    let early = try desk.rollover("abandon", "payroll")
    #expect(
      early.status == 2 && early.error.contains("send-1 can still be sent") && early.error.contains("[step-too-early]"))
    desk.machine.now += 3600
    let abandoned = try desk.rollover("abandon", "payroll")
    #expect(abandoned.status == 0 && abandoned.output.contains("abandoned: the rollover was given up"), "\(abandoned)")
    let again = try desk.rollover("next", "payroll")
    #expect(again.status == 0 && !again.output.contains("send-2"), "\(again)")
  }

  @Test("Given up after the new key was added, the next package removes it, proved by the old key")
  func undoing() throws {
    let desk = try begun("{}")
    #expect(try desk.send("payroll/send-1").status == 0)
    #expect(try desk.rollover("abandon", "payroll").status == 0)
    let next = try desk.rollover("next", "payroll")
    #expect(next.status == 0 && next.output.contains("to remove the new key again"), "\(next)")
    #expect(try desk.send("payroll/send-2").status == 0)
    #expect(try desk.state() == "abandoned")
    #expect(desk.machine.count("removeKey") == 1)
  }

  @Test("The key of a service principal is rolled through the same states")
  func servicePrincipal() throws {
    let desk = try RolloverDesk(modes: "{}")
    let object = ["--service-principal", LoopbackService.servicePrincipalID, "--client-id", Self.client]
    let made = try desk.keyroll(
      ["rollover", "new", "payroll", "--key", RolloverDesk.oldKey, "--new-key", RolloverDesk.newKey] + object
        + ["--tenant", LoopbackService.tenant])
    #expect(made.status == 0, "\(made)")
    #expect(try desk.send("payroll/send-1").status == 0, "\(desk.machine.service.log)")
    #expect(try desk.rollover("switched", "payroll").status == 0)
    desk.machine.now += 7 * 86_400
    #expect(try desk.rollover("next", "payroll").status == 0)
    #expect(try desk.send("payroll/send-2").status == 0, "\(desk.machine.service.log)")
    let status = try desk.rollover("payroll")
    #expect(
      status.output.contains(" · done\n")
        && status.output.contains("service principal \(LoopbackService.servicePrincipalID)"),
      "\(status)")
  }
}
