import Foundation
import TestSupport
import Testing

/// Rollovers by the built command, against services that are not ours.
@Suite(
  "Rollovers by the command", .tags(.process),
  .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)))
struct RolloverCommandTests {
  /// Begins one with the keys of the fixtures.
  private func begun(_ options: [String] = [], modes: String = "{}") throws -> RolloverDesk {
    let desk = try RolloverDesk(modes: modes)
    let made = try desk.keyroll(
      ["rollover", "new", "payroll", "--key", RolloverDesk.oldKey, "--new-key", RolloverDesk.newKey]
        + RolloverDesk.object + options)
    try #require(made.status == 0, "\(made)")
    return desk
  }

  /// Carries one from its first package to its end, and looks at each step.
  private func roll(_ desk: RolloverDesk, by secrets: [String] = [], _ environment: [String: String] = [:]) throws {
    let sent = try desk.send("payroll/send-1")
    #expect(
      sent.output.hasPrefix("token 200 · list 200 · add-key 200 · try 401 · try 200 · list 200\n"),
      "\(sent)\n\(desk.machine.service.log)")
    let switched = try desk.rollover("switched", "payroll")
    #expect(
      switched.status == 0 && switched.output.contains(" · accepted · switched; the old key may go from "),
      "\(switched)")
    let early = try desk.keyroll(["rollover", "next", "payroll"] + secrets, environment: environment)
    #expect(early.status == 2 && early.error.contains("[gate-closed]"), "\(early)")
    desk.machine.now += 7 * 86_400
    let next = try desk.keyroll(["rollover", "next", "payroll"] + secrets, environment: environment)
    #expect(next.status == 0 && next.output.contains("to remove the old key"), "\(next)")
    let removed = try desk.send("payroll/send-2")
    #expect(
      removed.output.hasPrefix("token 200 · list shows both · remove-key 204 · list without it\n"),
      "\(removed)\n\(desk.machine.service.log)")
    let status = try desk.rollover("payroll")
    #expect(status.status == 0 && status.output.contains(" · accepted · switched · done\n"), "\(status)")
    #expect(!status.output.contains("next "))
    #expect(desk.machine.count("addKey") == 1 && desk.machine.count("removeKey") == 1)
  }

  @Test("A key in a PFX gives way to one that is made in another, and the passwords come from files")
  func files() throws {
    let desk = try RolloverDesk(modes: #"{"lag": 1}"#) { folder in
      try folder.write(Array("old password\n".utf8), to: "old.pw")
      try folder.write(Array("new password\n".utf8), to: "new.pw")
      let made = try BuiltCommand.run(
        "create", "key", folder.path("old.pfx"), "--subject", "Payroll", "--bits", "2048", "--new-password-file",
        folder.path("old.pw"), "--at", "2026-06-01T00:00:00Z")
      try #require(made.status == 0, "\(made)")
      return folder.path("old.cer")
    }
    let made = try desk.keyroll(
      ["rollover", "new", "payroll", "--key", "pfx:old.pfx;password-file=old.pw", "--bits", "2048", "--create-key"]
        + ["pfx:new.pfx;password-file=new.pw"] + RolloverDesk.object)
    #expect(
      made.status == 0
        && made.output.hasPrefix("made   new.pfx, new.cer   RSA 2048, subject of the old one, to 2027-11-29T"),
      "\(made)")
    try roll(desk)
    // MSAL gets a token with an assertion by the new key alone.
    let assertion = try desk.folder.bytes("payroll/send-2/token-1/assertion.jwt")
    let service = desk.machine.service
    let answered = try Judge.run(
      script: "judge_msal_token",
      ["\(service.port)", service.trustedCertificate, LoopbackService.loginHost, LoopbackService.tenant]
        + [LoopbackService.clientID, "https://\(LoopbackService.graphHost)/.default"], input: assertion)
    #expect(answered.status == 0 && answered.output.contains("\"access_token\": \""), "\(answered)\n\(service.log)")
  }

  @Test(
    "A key on a token gives way to one that is made there", .tags(.hsm),
    .enabled(if: ThrowawayToken.isAvailable(.softHSM), Comment(rawValue: ThrowawayToken.absence(of: .softHSM))))
  func tokens() throws {
    let token = try SharedToken.softHSM().copy()
    let environment = ["SOFTHSM2_CONF": token.path("softhsm2.conf")]
    let desk = try RolloverDesk(modes: #"{"lag": 1}"#)
    func key(_ label: String) -> String { "pkcs11:token=keyroll;object=\(label)?module-path=\(token.module)" }
    let secrets = ["--pin-file", token.pinFile]
    let made = try desk.keyroll(
      ["rollover", "new", "payroll", "--key", key("rsa-2048"), "--create-key", key("pay-2027"), "--bits", "2048"]
        + RolloverDesk.object + secrets, environment: environment)
    #expect(made.status == 0, "\(made)")
    try roll(desk, by: secrets, environment)
  }

  @Test("A key behind a program gives way to another, and the program is named before it runs")
  func programs() throws {
    let desk = try RolloverDesk(modes: #"{"lag": 1}"#)
    func key(_ key: String, _ certificate: String) -> String {
      "command:\(ExampleProgram.openssl);cert=\(Fixtures.path("certificates/\(certificate).pem"));key=\(Fixtures.path("keys/\(key).pem"))"
    }
    let made = try desk.keyroll(
      ["rollover", "new", "payroll", "--key", key("rsa-2048", "leaf"), "--new-key", key("rsa-2048-other", "other")]
        + RolloverDesk.object)
    #expect(made.status == 0 && !made.error.contains("note:"), "\(made)")
    desk.machine.now += 3600
    let next = try desk.rollover("next", "payroll")
    #expect(
      next.error.hasPrefix("keyroll: note: payroll has its keys signed by the program \(ExampleProgram.openssl)\n"),
      "\(next)")
    try FileManager.default.removeItem(atPath: desk.folder.path("payroll/send-1"))
    try FileManager.default.moveItem(
      atPath: desk.folder.path("payroll/send-2"), toPath: desk.folder.path("payroll/send-1"))
    let journal = try desk.machine.text("payroll/journal.jsonl").split(separator: "\n")
    let kept = journal.filter { !$0.contains(#""package":"send-1""#) }.map { $0.replacing("send-2", with: "send-1") }
    try desk.folder.write(Array(kept.map { "\($0)\n" }.joined().utf8), to: "payroll/journal.jsonl")
    try roll(desk)
  }

  @Test("Proofs that were signed elsewhere carry it too: their finished requests are recorded")
  func proofs() throws {
    let desk = try begun(["--plan-only"])
    let token = try finished(desk, ["token"], key: RolloverDesk.oldKey, as: "token")
    let header = try Shell.run(
      #"sed -n 's/.*"access_token" *: *"\([^"]*\)".*/Authorization: Bearer \1/p' '\#(token)/answer.txt'"#
    ).output
    // A proof that another machine signed.
    let proof = try desk.keyroll(
      ["sign", "proof", "--key", RolloverDesk.oldKey, "--object-id", LoopbackService.applicationID])
    try desk.folder.write(Array(proof.output.utf8), to: "proof.jwt")
    let added = try finished(
      desk,
      ["add-key", "--new-certificate", Fixtures.path("certificates/other.pem"), "--proof", "proof.jwt"]
        + ["--certificate", Fixtures.path("certificates/leaf.pem")], key: nil, as: "add", header: header)
    let tried = try finished(desk, ["token"], key: RolloverDesk.newKey, as: "try")
    let recorded = try desk.rollover("record", "payroll", token, added, tried)
    #expect(recorded.status == 0 && recorded.output.contains(" · accepted: the new key works\n"), "\(recorded)")
    #expect(try desk.state() == "accepted")
    // Another certificate, or another client, is not taken for ours.
    let another = try desk.keyroll(
      ["create", "certificate", "--key", RolloverDesk.newKey, "--subject", "Another", "--output", "another.cer"])
    #expect(another.status == 0, "\(another)")
    let other = try finished(
      desk,
      ["add-key", "--new-certificate", "another.cer", "--proof", "proof.jwt"]
        + ["--certificate", Fixtures.path("certificates/leaf.pem")], key: nil, as: "other", header: header)
    let refused = try desk.rollover("record", "payroll", other)
    #expect(refused.status == 2 && refused.error.contains("adds another certificate"), "\(refused)")
    #expect(try desk.rollover("switched", "payroll").status == 0)
    try list(desk, header)
    #expect(try desk.rollover("record", "payroll", "list.json").status == 0)
    let next = try desk.rollover("next", "payroll", "--now", "the old key leaked")
    #expect(next.status == 0 && next.output.contains("to remove the old key"), "\(next)")
    #expect(try desk.machine.text("payroll/journal.jsonl").contains(#""event":"waived","reason":"the old key leaked""#))
    #expect(try desk.send("payroll/send-1").status == 0)
    #expect(try desk.state() == "done")
  }

  /// Makes a request by itself, sends it, and gives its folder.
  private func finished(
    _ desk: RolloverDesk, _ arguments: [String], key: String?, as name: String, header: String = ""
  ) throws -> String {
    let object =
      arguments[0] == "token"
      ? ["--tenant", LoopbackService.tenant, "--client-id", LoopbackService.clientID]
      : ["--application", LoopbackService.applicationID]
    let made = try desk.keyroll(
      ["request"] + arguments + object + (key.map { ["--key", $0] } ?? []) + ["--output", name])
    try #require(made.status == 0, "\(made)")
    let path = desk.folder.path(name)
    _ = try desk.machine.service.send(in: path, header: header)
    return path
  }

  /// Saves what is registered, as a person does.
  private func list(_ desk: RolloverDesk, _ header: String) throws {
    let service = desk.machine.service
    let url =
      "https://\(LoopbackService.graphHost)/v1.0/applications/\(LoopbackService.applicationID)?$select=id,appId,keyCredentials"
    let saved = try service.send(
      by: #"printf %s "$HEADER" | curl -s -H @- -o list.json '\#(url)'"#, in: desk.folder.path(""), ["HEADER": header])
    try #require(saved.status == 0, "\(saved)")
  }

  // MARK: Where it stands

  @Test("Status says the state, why, and the one next command, as text and as JSON")
  func status() throws {
    let desk = try begun(["--not-before", "+2h", "--windows", "6"])
    let status = try desk.rollover("payroll")
    #expect(
      status
        == Outcome(
          status: 0,
          output: """
            state    ready
            because  the package to add the new certificate has not come back
            next     sh payroll/send-1/run.sh
                     open from 2026-11-29T20:00:00Z until 2026-11-29T21:00:00Z
                     or send it from another machine, and then: keyroll rollover record payroll PACKAGE
            object   application \(LoopbackService.applicationID), client \(LoopbackService.clientID), in \(LoopbackService.tenant)
            old key  \(RolloverDesk.oldKey), "\(try Self.subject("leaf"))" to 2049-12-31T23:59:59Z (in 8433 d 5 h)
            new key  \(RolloverDesk.newKey), "\(try Self.subject("other"))" to 2049-12-31T23:59:59Z (in 8433 d 5 h)

            """), "\(status)")
    let report = try desk.report()
    #expect(report["state"] as? String == "ready" && report["next"] as? String == "send")
    #expect(
      report["command"] as? String == "sh payroll/send-1/run.sh" && report["opens"] as? String == "2026-11-29T20:00:00Z"
    )
    #expect(try desk.rollover("status", "payroll").output == status.output)
    // A folder of rollovers is taken too, and says the same of each in a line.
    let two = try desk.rollover("payroll", "payroll/")
    #expect(two.output == status.output)
  }

  private static func subject(_ name: String) throws -> String {
    let said = try Judge.run(
      "/usr/bin/openssl",
      ["x509", "-in", Fixtures.path("certificates/\(name).pem"), "-noout", "-subject", "-nameopt", "RFC2253"])
    return String(said.output.dropFirst("subject=".count).dropLast())
  }

  @Test("The old key has ended: new says the two ways that are left, and goes on from a list")
  func ended() throws {
    let desk = try RolloverDesk { folder in
      let made = try BuiltCommand.run(
        "create", "key", "pem:\(folder.path("old.pem"))", "--subject", "Payroll", "--bits", "2048", "--no-password",
        "--at", "2025-01-01T00:00:00Z")
      try #require(made.status == 0, "\(made)")
      return folder.path("old.cer")
    }
    let made = try desk.keyroll(
      ["rollover", "new", "payroll", "--key", "old.pem", "--new-key", RolloverDesk.newKey] + RolloverDesk.object)
    #expect(made.status == 0, "\(made)")
    for words in [
      "because  the old certificate ended at 2025-12-31T23:54:59Z, so the old key can prove nothing any more",
      "next     keyroll rollover record payroll list.json", "in another way: in the portal, or by",
      "keyroll certificate payroll/new.cer --format pem > new.pem",
      "az ad app credential reset --id \(LoopbackService.clientID) --append --cert @new.pem",
    ] { #expect(made.output.contains(words), "\(made)") }
    #expect(try desk.folder.names(in: "payroll") == ["journal.jsonl", "new.cer", "old.cer", "plan.json"])
    let status = try desk.rollover("payroll")
    #expect(status.status == 1 && status.error.contains("overdue: the old certificate ends at"), "\(status)")
    // Somebody has added it in the portal.
    try desk.folder.write(Array(try Self.list(of: desk).utf8), to: "list.json")
    let recorded = try desk.rollover("record", "payroll", "list.json")
    #expect(recorded.status == 0 && recorded.output.contains("next   keyroll rollover next payroll\n"), "\(recorded)")
    let next = try desk.rollover("next", "payroll")
    #expect(next.status == 0 && next.output.contains("to try the new key"), "\(next)")
  }

  /// What the service would say once the new certificate was added beside the old one.
  private static func list(of desk: RolloverDesk) throws -> String {
    func entry(_ id: String, _ file: String) throws -> String {
      let der = try Judge.run("/usr/bin/openssl", ["x509", "-in", file, "-noout", "-fingerprint", "-sha1"]).output
      let hex = der.split(separator: "=").last.map { $0.filter(\.isHexDigit) } ?? ""
      return """
        {"keyId": "\(id)", "type": "AsymmetricX509Cert", "usage": "Verify", "customKeyIdentifier": "\(hex)", \
        "startDateTime": "2020-01-01T00:00:00Z", "endDateTime": "2049-12-31T23:59:59Z"}
        """
    }
    return """
      {"id": "\(LoopbackService.applicationID)", "keyCredentials": [\
      \(try entry(CourierMachine.oldID, desk.folder.path("old.cer"))), \
      \(try entry("9a0b1c2d-3e4f-4a5b-8c6d-7e8f9a0b1c2e", Fixtures.path("certificates/other.pem")))]}
      """
  }

  @Test("A key without a certificate waits for the one that an authority issues")
  func authority() throws {
    let desk = try RolloverDesk()
    let made = try desk.keyroll(
      [
        "rollover", "new", "payroll", "--key", RolloverDesk.oldKey, "--create-key", "pem:new.pem", "--bits", "2048",
        "--csr",
      ]
        + ["--subject", "Payroll", "--new-password-file", try desk.folder.write(Array("secret\n".utf8), to: "pw")]
        + RolloverDesk.object)
    #expect(
      made.status == 0 && made.output.contains("next     keyroll rollover record payroll CERTIFICATE-FILE\n"), "\(made)"
    )
    #expect(try desk.state() == "waiting")
    let waits = try desk.rollover("next", "payroll")
    #expect(waits.status == 2 && waits.error.contains("[step-too-early]"), "\(waits)")
    let issued = try Shell.run(
      """
      cd '\(desk.folder.path(""))' && openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=ca -keyout ca.key -out ca.pem &&
      openssl x509 -req -in payroll/new.csr -CA ca.pem -CAkey ca.key -set_serial 7 -days 9999 -out issued.pem
      """)
    #expect(issued.status == 0, "\(issued)")
    let wrong = try desk.rollover("record", "payroll", "ca.pem")
    #expect(wrong.status == 2 && wrong.error.contains("[evidence-unknown]"), "\(wrong)")
    let recorded = try desk.rollover("record", "payroll", "issued.pem")
    #expect(recorded.status == 0 && recorded.output.contains("ready"), "\(recorded)")
    // The authority has a clock of its own.
    desk.machine.now = Int64(Date().timeIntervalSince1970) + 60
    let next = try desk.keyroll(["rollover", "next", "payroll", "--new-password-file", "pw"])
    #expect(next.status == 0 && next.output.contains("to add the new certificate"), "\(next)")
  }

  // MARK: Giving up

  @Test("Nobody gives up a switched rollover without typing that the workload is back")
  func abandoning() throws {
    let desk = try begun()
    _ = try desk.send("payroll/send-1")
    #expect(try desk.rollover("switched", "payroll").status == 0)
    let alone = try desk.rollover("abandon", "payroll")
    #expect(alone.status == 2 && alone.error.contains("[acknowledgement-missing]"), "\(alone)")
    for (typed, status) in [("yes", 2), ("back on the old key", 0)] as [(String, Int32)] {
      let session = try desk.session("abandon payroll")
      try session.wait(for: "type \"back on the old key\" once it is: ")
      try session.type("\(typed)\n")
      let outcome = try session.finish()
      #expect(outcome.status == status, "\(outcome)")
    }
    let next = try desk.rollover("next", "payroll")
    #expect(next.status == 0 && next.output.contains("to remove the new key again"), "\(next)")
    let removed = try desk.send("payroll/send-2")
    #expect(removed.status == 0, "\(removed)")
    #expect(try desk.state() == "abandoned")
    // The entry that went is the new one, proved by the old key.
    #expect(try desk.machine.text("payroll/send-2/remove-key-1/summary.txt").contains("remove"))
    #expect(desk.machine.count("removeKey") == 1)
  }
}
