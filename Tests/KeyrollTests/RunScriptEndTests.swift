import Foundation
import Keyroll
import TestSupport
import Testing

/// When `run.sh` says that all is done, and when it must not.
@Suite("The end of a package", .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)))
struct RunScriptEndTests {
  static let shells = ["dash", "bash", "busybox"]

  private static func firstLine(_ outcome: Outcome) -> String {
    String(outcome.output.split(separator: "\n", omittingEmptySubsequences: false).first ?? "")
  }

  @Test("Where its steps are missing or were cut it sends nothing, and says so", arguments: shells)
  func cutSteps(shell: String) throws {
    let stage = try RolloverStage(shell: shell)
    try stage.pack()
    let steps = try stage.folder.bytes("payroll/send-1/steps")
    for count in [0, 60, 150, steps.count - 30, nil] {
      if let count {
        try stage.folder.write(Array(steps.prefix(count)), to: "payroll/send-1/steps")
      } else {
        try FileManager.default.removeItem(atPath: stage.folder.path("payroll/send-1/steps"))
      }
      let sent = try stage.send("send-1")
      #expect(sent.status == 1 && sent.output.contains("stopped: the file steps"), "\(sent)")
      #expect(!sent.output.contains("all done"), "\(sent)")
    }
    #expect(stage.count("addKey") == 0)
  }

  @Test("A removal that was refused is not done, however often the package is sent", arguments: shells)
  func refusedRemoval(shell: String) throws {
    let stage = try RolloverStage.switched(shell)
    try stage.setModes(#"{"refuse": {"removeKey": "denied"}}"#)
    try stage.pack()
    let refused = try stage.send("send-2")
    #expect(refused.status == 1 && refused.output.contains("remove-key 403"), "\(refused)")
    for minutes in [1, 11] as [Int64] {
      stage.now = stage.now + .minutes(minutes)
      let again = try stage.send("send-2")
      #expect(again.status == 1 && again.output.contains("remove-key not sent again"), "\(again)")
      #expect(again.output.contains("stopped: ") && !again.output.contains("all done"), "\(again)")
    }
  }

  @Test(
    "A folder of packages is sent whatever CDPATH and the names are, and one without packages is none",
    arguments: shells)
  func parcelNames(shell: String) throws {
    let stage = try RolloverStage(shell: shell, modes: #"{"lag": 9}"#)
    try stage.pack()
    let parcel = stage.folder.path("mon")
    try FileManager.default.createDirectory(atPath: parcel, withIntermediateDirectories: true)
    try RolloverPackage.writeParcelScript(to: parcel)
    let empty = try stage.send(parcel)
    #expect(empty.status == 1 && empty.output == "no package is in this folder\n", "\(empty)")
    try FileManager.default.copyItem(atPath: stage.folder.path("payroll/send-1"), toPath: "\(parcel)/-x two")
    // Another folder of that name, where CDPATH would lead to.
    try FileManager.default.createDirectory(
      atPath: stage.folder.path("other/token-1"), withIntermediateDirectories: true)
    let sent = try Shell.run(
      "cd '\(parcel)' && CDPATH='\(stage.folder.path("other"))' PATH='\(stage.machine.tools)':\"$PATH\" "
        + "exec \(shell == "busybox" ? "/bin/busybox sh" : "/bin/\(shell)") ./run.sh")
    #expect(sent.status == 1 && sent.output.contains("0 done; not done: -x two\n"), "\(sent)")
    // It was tried twice, as a key that is new.
    #expect(sent.output.split(separator: "\n").count { $0.hasPrefix("-x two") } == 2, "\(sent)")
    #expect(sent.output.contains("token 200 · list 200 · add-key 200"), "\(sent)")
  }

  @Test("After an undo whose last list was lost, the old key lists, and the rollover ends", arguments: shells)
  func undoWithoutList(shell: String) throws {
    let stage = try RolloverStage(shell: shell)
    try stage.pack()
    _ = try stage.send("send-1")
    try stage.record()
    try stage.rollover.abandon(isBack: false, at: stage.now)
    try stage.pack()
    let sent = try stage.send("send-2")
    #expect(sent.status == 0, "\(sent)")
    try FileManager.default.removeItem(atPath: stage.folder.path("payroll/send-2/list-2/answer.txt"))
    try stage.record()
    #expect(stage.state.next == .pack(.list))
    stage.now = stage.now + .minutes(1)
    try stage.pack()
    let listed = try stage.send("send-3")
    #expect(listed.status == 0 && Self.firstLine(listed) == "token 200 · list 200", "\(listed)")
    try stage.record()
    #expect(stage.state.stage == .abandoned)
  }

  @Test("A second entry of the new key goes too when the rollover is given up")
  func undoTwice() throws {
    let stage = try RolloverStage(shell: "dash", modes: #"{"double": true}"#)
    try stage.pack()
    _ = try stage.send("send-1")
    try stage.record()
    try stage.setModes("{}")
    try stage.rollover.abandon(isBack: false, at: stage.now)
    for package in ["send-2", "send-3"] {
      stage.now = stage.now + .minutes(1)
      #expect(stage.state.next == .pack(.undo))
      try stage.pack()
      _ = try stage.send(package)
      try stage.record()
    }
    #expect(stage.state.stage == .abandoned && stage.count("removeKey") == 2, "\(stage.service.log)")
  }
}
