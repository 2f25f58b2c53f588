import Foundation
import TestSupport
import Testing

/// Rollovers of which a run was ended between any two steps.
@Suite(
  "Rollovers that go on after an end", .tags(.process),
  .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)))
struct RolloverResumingTests {
  @Test("Whatever was done when the machine stopped, the next run goes on from there")
  func resuming() throws {
    // The key was made, and the folder was not.
    let desk = try RolloverDesk()
    let password = ["--new-password-file", try desk.folder.write(Array("secret\n".utf8), to: "pw")]
    let new =
      ["rollover", "new", "payroll", "--key", RolloverDesk.oldKey, "--bits", "2048"] + RolloverDesk.object + password
    let made = try desk.keyroll(
      ["create", "key", "new.pfx", "--subject", "Payroll", "--bits", "2048"] + password)
    #expect(made.status == 0, "\(made)")
    let again = try desk.keyroll(new + ["--create-key", "new.pfx"])
    #expect(again.status == 2 && again.error.contains("[output-exists]"), "\(again)")
    #expect(try !desk.folder.names().contains("payroll"))
    let opened = try desk.keyroll(
      ["rollover", "new", "payroll", "--key", RolloverDesk.oldKey, "--new-key", "new.pfx"] + RolloverDesk.object
        + password)
    #expect(opened.status == 0, "\(opened)")
    // The package was written, and the line about it was not.
    let journal = try desk.machine.text("payroll/journal.jsonl").split(separator: "\n")
    try desk.folder.write(Array(journal.dropLast().map { "\($0)\n" }.joined().utf8), to: "payroll/journal.jsonl")
    let next = try desk.keyroll(["rollover", "next", "payroll", "--send-to", "mon"] + password)
    #expect(next.status == 0 && next.output.contains("next   sh mon/payroll/run.sh"), "\(next)")
    #expect(try desk.folder.names(in: "payroll").filter { $0.hasPrefix("send-") } == ["send-1"])
    // Its copy goes, and comes back; the one here is as it was.
    let sent = try desk.send("mon")
    #expect(sent.status == 0 && sent.output.contains("1 done\n"), "\(sent)")
    #expect(try desk.state() == "ready")
    #expect(try desk.rollover("record", "payroll", "mon").status == 0)
    #expect(try desk.state() == "accepted")
    let count = try desk.machine.text("payroll/journal.jsonl").count
    #expect(try desk.rollover("record", "payroll", "mon").status == 0)
    #expect(try desk.machine.text("payroll/journal.jsonl").count == count)
  }

  @Test("Ended while the keys sign, by a signal at any signature, a second run carries it on", arguments: [1, 2, 4, 6])
  func killed(count: Int) throws {
    let desk = try RolloverDesk(modes: #"{"lag": 1}"#)
    let signer = try desk.folder.program(
      """
      #!/bin/sh
      count=$(($(cat '\(desk.folder.path("count"))') + 1))
      echo $count > '\(desk.folder.path("count"))'
      if [ $count = \(count) ]; then kill -9 $PPID; sleep 5; exit 1; fi
      exec '\(ExampleProgram.openssl)' "$@"

      """)
    try desk.folder.write(Array("0\n".utf8), to: "count")
    func key(_ key: String, _ certificate: String) -> String {
      "command:\(signer);cert=\(Fixtures.path("certificates/\(certificate).pem"));key=\(Fixtures.path("keys/\(key).pem"))"
    }
    let table = """
      folder,key,new-key
      payroll,\(key("rsa-2048", "leaf")),\(key("rsa-2048-other", "other"))

      """
    try desk.folder.write(Array(table.utf8), to: "apps.csv")
    let new = ["rollover", "new", "roll", "--table", "apps.csv", "--send-to", "mon"] + RolloverDesk.object
    let killed = try desk.keyroll(new)
    #expect(killed.status == 128 + SIGKILL, "\(killed)")
    let resumed = try desk.keyroll(new)
    #expect(resumed.status == 0 && resumed.output.contains("\n1 made\n"), "\(resumed)")
    let sent = try desk.send("mon")
    #expect(sent.status == 0, "\(sent)\n\(desk.machine.service.log)")
    let recorded = try desk.rollover("record", "roll", "mon")
    #expect(recorded.status == 0, "\(recorded)")
    #expect(try desk.state("roll/payroll") == "accepted")
  }
}
