import Foundation
import Keyroll
import TestSupport
import Testing

/// `run.sh` in three shells against services that are not ours.
@Suite("The script of a package", .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)))
struct RunScriptTests {
  static let shells = ["dash", "bash", "busybox"]

  private static func firstLine(_ outcome: Outcome) -> String {
    String(outcome.output.split(separator: "\n", omittingEmptySubsequences: false).first ?? "")
  }

  @Test(
    "It adds the key, tries it and removes the old one, and the state follows what it brings back", arguments: shells)
  func wholeRoll(shell: String) throws {
    let stage = try RolloverStage(shell: shell, modes: #"{"lag": 1}"#)
    let name = try stage.pack()
    #expect(name == "send-1")
    let sent = try stage.send(name)
    #expect(
      Self.firstLine(sent) == "token 200 · list 200 · add-key 200 · try 401 · try 200 · list 200",
      "\(sent)\n\(stage.service.log)")
    #expect(sent.status == 0 && sent.output.hasSuffix("\nall done; bring this folder back\n"))
    #expect(try stage.text("slept") == "20 ")
    try stage.record()
    #expect(stage.state.stage == .accepted && stage.state.conflicts.isEmpty)
    #expect(stage.state.oldKeyID == ExactText(RolloverStage.oldID))
    // Taken in again, nothing changes.
    let count = stage.rollover.journal.events.count
    #expect(try stage.record().isEmpty)
    #expect(stage.rollover.journal.events.count == count)

    try stage.rollover.switchWorkload(at: stage.now)
    #expect(throws: RolloverError.self) { try stage.pack() }
    stage.now = stage.now + TimeSpan(seconds: 7 * 86_400)
    try stage.pack()
    let removed = try stage.send("send-2")
    #expect(
      Self.firstLine(removed) == "token 200 · list shows both · remove-key 204 · list without it",
      "\(removed)\n\(stage.service.log)")
    try stage.record()
    #expect(stage.state.stage == .done && stage.state.notes.isEmpty)
    #expect(stage.count("addKey") == 1 && stage.count("removeKey") == 1)
    // The journal alone says the same.
    let again = try RolloverFolder(at: stage.rollover.path, cryptography: stage.cryptography)
    #expect(again.state(at: stage.now).stage == .done)
  }

  @Test("The access token reaches no file, no argument and no environment", arguments: shells)
  func accessToken(shell: String) throws {
    let stage = try RolloverStage(shell: shell)
    try stage.pack()
    _ = try stage.send("send-1")
    try stage.record()
    let tokens = stage.service.log.split(separator: "\n").compactMap { line -> String? in
      let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return object?["access_token"] as? String
    }
    #expect(tokens.count == 2)
    var files = try FileManager.default.subpathsOfDirectory(atPath: stage.folder.path("payroll")).map {
      "payroll/\($0)"
    }
    files.append("seen")
    for file in files {
      guard let bytes = try? stage.folder.bytes(file), let text = String(validating: bytes, as: UTF8.self) else {
        continue
      }
      for token in tokens { #expect(!text.contains(token), "\(file)") }
    }
    let answer = try stage.text("payroll/send-1/token-1/answer.txt")
    #expect(answer.hasPrefix("HTTP/1.1 200") && answer.contains(#""access_token": "taken out""#))
    #expect(try stage.folder.mode("payroll/send-1/token-1/answer.txt") == 0o600)
    #expect(try stage.text("seen").hasPrefix("-q\n--output\n-\n--config\nrequest.curl\n"))
  }

  @Test("addKey is sent once though its answer is lost, and a list finds the key", arguments: shells)
  func lostAddition(shell: String) throws {
    let stage = try RolloverStage(shell: shell, modes: #"{"lost": ["addKey"], "lag": 9}"#)
    try stage.pack()
    let sent = try stage.send("send-1")
    #expect(Self.firstLine(sent).hasPrefix("token 200 · list 200 · add-key lost · try 401 · try 401"), "\(sent)")
    #expect(sent.status == 1)
    try stage.record()
    #expect(stage.state.stage == .added && stage.state.conflicts.isEmpty)
    stage.now = NumericDate(seconds: 1_795_975_300)
    let again = try stage.send("send-1")
    #expect(Self.firstLine(again).hasPrefix("token 200 · list 200 · add-key not sent again"), "\(again)")
    #expect(stage.count("addKey") == 1)
  }

  @Test("A new package finds that the key was added already, and adds it no second time", arguments: shells)
  func alreadyAdded(shell: String) throws {
    let stage = try RolloverStage(shell: shell, modes: #"{"lost": ["addKey"]}"#)
    try stage.pack()
    _ = try stage.send("send-1")
    // Nothing of it came back.
    try FileManager.default.removeItem(atPath: stage.folder.path("payroll/send-1/list-2"))
    for name in try stage.folder.names(in: "payroll/send-1") where name.contains("-") {
      try? FileManager.default.removeItem(atPath: stage.folder.path("payroll/send-1/\(name)/answer.txt"))
    }
    stage.now = stage.now + .minutes(30)
    try stage.pack()
    let sent = try stage.send("send-2")
    #expect(
      Self.firstLine(sent) == "token 200 · list 200 · add-key not sent again · try 200 · list 200", "\(sent)")
    #expect(stage.count("addKey") == 1)
  }

  @Test("Outside its windows it sends nothing and says when the next one opens", arguments: shells)
  func windows(shell: String) throws {
    let stage = try RolloverStage(shell: shell)
    let start = stage.now + TimeSpan(seconds: 7200)
    try stage.pack(windows: 3, from: start)
    let early = try stage.send("send-1")
    #expect(
      early.status == 1 && early.output.contains("the next window of token opens at \(start), in 7200 s"), "\(early)")
    stage.now = start + .minutes(31)
    let late = try stage.send("send-1")
    #expect(late.status == 1 && late.output.contains("the window of token has closed"), "\(late)")
    #expect(stage.count("token") == 0)
    stage.now = start + .minutes(15)
    let sent = try stage.send("send-1")
    #expect(sent.status == 0, "\(sent)\n\(stage.service.log)")
    #expect(try stage.folder.names(in: "payroll/send-1/token-2").contains("answer.txt"))
    #expect(try !stage.folder.names(in: "payroll/send-1/token-1").contains("answer.txt"))
  }

  @Test("A key that is not known yet is tried in the following window, after one wait", arguments: shells)
  func followingWindow(shell: String) throws {
    let stage = try RolloverStage(shell: shell, modes: #"{"lag": 2}"#)
    try stage.pack()
    let sent = try stage.send("send-1")
    #expect(sent.status == 0 && sent.output.contains("waiting until "), "\(sent)")
    #expect(sent.output.contains("try 401 · try 401\nwaiting"), "\(sent)")
    #expect(try stage.text("slept") == "20 580 ")
  }

  @Test("Where curl cannot connect, the marker goes and the next run sends", arguments: shells)
  func unconnected(shell: String) throws {
    let stage = try RolloverStage(shell: shell)
    try stage.pack()
    let tool = try stage.text("tools/curl")
    try stage.folder.program(
      tool.replacing("exec ", with: "case $PWD in *add-key*) exit 7 ;; esac\nexec "), named: "tools/curl", mode: "700")
    let sent = try stage.send("send-1")
    #expect(sent.status == 1, "\(sent)")
    #expect(try !stage.folder.names(in: "payroll/send-1").contains("sent-add-key"))
    try stage.folder.program(tool, named: "tools/curl", mode: "700")
    #expect(try stage.send("send-1").status == 0)
    #expect(stage.count("addKey") == 1)
  }

  @Test("Where listing is forbidden it goes on, and key ids come from the answer to addKey", arguments: shells)
  func unlisted(shell: String) throws {
    let stage = try RolloverStage(shell: shell, modes: #"{"list": "forbidden"}"#)
    try stage.pack()
    let sent = try stage.send("send-1")
    #expect(Self.firstLine(sent) == "token 200 · list 403 · add-key 200 · try 200 · list 403", "\(sent)")
    try stage.record()
    #expect(stage.state.stage == .accepted && stage.state.newKeyID != nil && stage.state.isListingRefused)
    try stage.rollover.switchWorkload(at: stage.now)
    stage.now = stage.now + TimeSpan(seconds: 7 * 86_400)
    #expect(stage.state.next == .recordList)
  }

  @Test(
    "A refusal stops it, is named, and leaves the key where it was",
    arguments: [
      ("token", "key-ended", "token 401", "key-expired"),
      ("addKey", "bad-proof", "add-key 401", "proof-refused"),
      ("addKey", "lifetime", "add-key 400", "certificate-outlives-policy"),
      ("addKey", "ca-wanted", "add-key 400", "KeyCredentialsTrustedCertificateAuthorityRequired"),
      ("addKey", "object-full", "add-key 400", "object-full"),
      ("addKey", "locked", "add-key 400", "property-locked"),
      ("addKey", "denied", "add-key 403", "request-denied"),
      ("addKey", "wrong-object", "add-key 404", "object-not-found"),
      ("addKey", "throttled", "add-key 429", "throttled"),
      ("list", "wrong-object", "list 404", "object-not-found"),
    ])
  func refusals(action: String, refusal: String, shown: String, answer: String) throws {
    let stage = try RolloverStage(shell: "dash", modes: #"{"refuse": {"\#(action)": "\#(refusal)"}}"#)
    try stage.pack()
    let sent = try stage.send("send-1")
    #expect(sent.status == 1 && Self.firstLine(sent).hasSuffix(shown), "\(sent)")
    #expect(sent.output.contains("stopped: ") && sent.output.hasSuffix("bring this folder back, whatever happened\n"))
    let recorded = try stage.record()
    let refused = try #require(recorded.first { $0.evidence.refusal != nil })
    #expect(refused.evidence.refusal == ExactText(answer))
    #expect(stage.state.stage == .ready && stage.state.next == .pack(.add))
    let action = try #require(refused.action)
    let failure = RolloverFailure(
      action, by: .old, answer: ExactText(answer), status: refused.evidence.explanation?.response.status,
      of: stage.rollover.plan)
    #expect(!failure.advice.isEmpty && failure.meaning != "\(action.rawValue) was not done")
  }

  @Test("Two entries of one certificate, and a replica that lags, are conflicts that a newer list settles")
  func disagreeing() throws {
    let stage = try RolloverStage(shell: "dash", modes: #"{"double": true}"#)
    try stage.pack()
    _ = try stage.send("send-1")
    try stage.record()
    #expect(stage.state.conflicts.count == 1)
    guard case .twiceAdded(let surplus) = stage.state.conflicts.first else {
      Issue.record("\(stage.state.conflicts)")
      return
    }
    #expect(surplus.count == 1 && surplus.first != stage.state.newKeyID)

    let lagging = try RolloverStage(shell: "dash", modes: #"{"replicas": "even"}"#)
    try lagging.pack()
    _ = try lagging.send("send-1")
    try lagging.record()
    #expect(lagging.state.stage == .accepted)
    #expect(lagging.state.conflicts == [.newKeyNotListed] && lagging.state.next == .pack(.attempt))
    lagging.now = lagging.now + .minutes(1)
    try lagging.pack()
    _ = try lagging.send("send-2")
    try lagging.record()
    #expect(lagging.state.next == .switchWorkload && lagging.state.conflicts.isEmpty)
  }

  @Test("Nothing is removed unless the list shows both keys", arguments: shells)
  func removalStops(shell: String) throws {
    let stage = try RolloverStage.switched(shell)
    // The next list, the third, comes from a replica that does not know the new key.
    try stage.setModes(#"{"replicas": "odd"}"#)
    try stage.pack()
    let sent = try stage.send("send-2")
    #expect(sent.status == 1 && sent.output.contains("stopped: the list does not show both keys"), "\(sent)")
    #expect(stage.count("removeKey") == 0)
  }

  @Test("Where listing is forbidden, only a second package removes the key without a list", arguments: shells)
  func unlistedRemoval(shell: String) throws {
    let stage = try RolloverStage.switched(shell)
    try stage.setModes(#"{"list": "forbidden"}"#)
    try stage.pack()
    let refused = try stage.send("send-2")
    #expect(refused.status == 1 && Self.firstLine(refused) == "token 200 · list 403", "\(refused)")
    #expect(stage.count("removeKey") == 0)
    stage.now = stage.now + .minutes(1)
    try stage.record()
    #expect(stage.state.permit?.mayBeUnlisted == true)
    stage.now = stage.now + .minutes(11)
    try stage.pack()
    let removed = try stage.send("send-3")
    #expect(Self.firstLine(removed) == "token 200 · list 403 · remove-key 204 · list 403", "\(removed)")
    try stage.record()
    #expect(stage.state.stage == .done && stage.state.notes == [.removalUnlisted])
  }

  @Test("A list that still shows the removed key is a conflict, until a newer one settles it")
  func laggingRemoval() throws {
    let stage = try RolloverStage.switched("dash")
    try stage.setModes(#"{"replicas": "even"}"#)
    try stage.pack()
    let sent = try stage.send("send-2")
    #expect(Self.firstLine(sent) == "token 200 · list shows both · remove-key 204 · list with it", "\(sent)")
    try stage.record()
    #expect(stage.state.stage == .switched && stage.state.conflicts.contains(.oldKeyStillListed))
    stage.now = stage.now + .minutes(1)
    try stage.setModes("{}")
    try stage.pack()
    _ = try stage.send("send-3")
    try stage.record()
    #expect(stage.state.stage == .done && stage.state.conflicts.isEmpty)
  }

  @Test("A removal whose answer was lost is done once a list shows it", arguments: shells)
  func lostRemoval(shell: String) throws {
    let stage = try RolloverStage.switched(shell)
    try stage.setModes(#"{"lost": ["removeKey"]}"#)
    try stage.pack()
    let sent = try stage.send("send-2")
    #expect(Self.firstLine(sent) == "token 200 · list shows both · remove-key lost · list without it", "\(sent)")
    let again = try stage.send("send-2")
    #expect(again.output.contains("remove-key not sent again"), "\(again)")
    try stage.record()
    #expect(stage.state.stage == .done && stage.count("removeKey") == 1)
  }

  @Test("The script is the same everywhere, by its SHA-256, and shellcheck's dialects read it")
  func sameText() throws {
    let digest = try OpenSSLCryptography().digest(Array(RunScript.text.utf8).span, with: .sha256)
    #expect(Hexadecimal.lowerCase(digest) == RunScript.sha256)
  }

  @Test("The script of a folder of packages goes on past one that fails", arguments: shells)
  func parcel(shell: String) throws {
    let stage = try RolloverStage(shell: shell)
    try stage.pack()
    let parcel = stage.folder.path("mon")
    try FileManager.default.createDirectory(atPath: parcel, withIntermediateDirectories: true)
    for name in ["broken", "payroll"] {
      try FileManager.default.copyItem(atPath: stage.folder.path("payroll/send-1"), toPath: "\(parcel)/\(name)")
    }
    try FileManager.default.removeItem(atPath: "\(parcel)/broken/token-1/body.form")
    try RolloverPackage.writeParcelScript(to: parcel)
    let sent = try stage.send(parcel)
    #expect(sent.status == 1, "\(sent)")
    #expect(sent.output.contains("payroll                  done     token 200 · list 200 · add-key 200"), "\(sent)")
    #expect(sent.output.contains("1 done; not done: broken"), "\(sent)")
    // What came back from there is taken in, and what was changed on the way is not.
    let recorded = try stage.rollover.recordPackage(from: "\(parcel)/payroll", at: stage.now)
    #expect(!recorded.isEmpty && stage.state.stage == .accepted)
    do throws(RolloverError) {
      _ = try stage.rollover.recordPackage(from: "\(parcel)/broken", at: stage.now)
      Issue.record("it was taken in")
    } catch {
      #expect(error.code == .packageDiffers)
    }
  }

  @Test("MSAL Python gets a token with the new key, as soon as that was added")
  func msal() throws {
    let stage = try RolloverStage(shell: "dash")
    try stage.pack()
    _ = try stage.send("send-1")
    let form = try stage.text("payroll/send-1/try-2-1/body.form")
    let field = try #require(form.split(separator: "&").first { $0.hasPrefix("client_assertion=") })
    let assertion = Array(field.utf8.dropFirst("client_assertion=".utf8.count))
    stage.now = stage.now + .minutes(11)
    let answered = try Judge.run(
      script: "judge_msal_token",
      ["\(stage.service.port)", stage.service.trustedCertificate, LoopbackService.loginHost, LoopbackService.tenant]
        + [LoopbackService.clientID, "https://\(LoopbackService.graphHost)/.default"], input: assertion)
    #expect(
      answered.status == 0 && answered.output.contains("\"access_token\": \""), "\(answered)\n\(stage.service.log)")
  }
}
