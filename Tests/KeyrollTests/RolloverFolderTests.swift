import Foundation
import Keyroll
import TestSupport
import Testing

@Suite struct RolloverFolderTests {
  private let folder: TemporaryFolder
  private let cryptography = OpenSSLCryptography()
  private let old: Certificate
  private let new: Certificate
  private let start = RolloverHistory.start

  init() throws {
    folder = try TemporaryFolder()
    func certificate(_ name: String) throws -> Certificate {
      try #require(try OpenSSLCryptography().certificates(inFile: Fixtures.path("certificates/\(name).pem")).first)
    }
    (old, new) = (try certificate("leaf"), try certificate("other"))
  }

  private func make(_ name: String = "payroll", withNew: Bool = true) throws -> RolloverFolder {
    var plan = RolloverHistory.plan
    plan.old.publicKeySHA256 = old.publicKey.sha256Fingerprint
    plan.new.publicKeySHA256 = new.publicKey.sha256Fingerprint
    return try RolloverFolder.make(
      plan, old: old, new: withNew ? new : nil, at: folder.path(name), time: start, cryptography: cryptography)
  }

  private func list(_ entries: [(id: ExactText, certificate: Certificate)], of object: String? = nil) -> [UInt8] {
    let rows = entries.map { entry in
      """
      {"keyId": "\(entry.id)", "type": "AsymmetricX509Cert", "usage": "Verify", "customKeyIdentifier": \
      "\(KeyCredentialForms(entry.certificate).thumbprint)", "startDateTime": "2020-01-01T00:00:00Z", \
      "endDateTime": "2049-12-31T23:59:59Z"}
      """
    }
    let object = object ?? RolloverHistory.plan.object.objectID.text
    return Array(#"{"id": "\#(object)", "keyCredentials": [\#(rows.joined(separator: ", "))]}"#.utf8)
  }

  private func expect(_ code: RolloverErrorCode, _ body: () throws -> Void) {
    do {
      try body()
      Issue.record("it was done")
    } catch {
      #expect((error as? RolloverError)?.code == code, "\(error)")
    }
  }

  @Test("A new folder has its plan, its journal and its certificates, for its owner alone")
  func made() throws {
    let rollover = try make()
    #expect(try folder.names(in: "payroll") == ["journal.jsonl", "new.cer", "old.cer", "plan.json"])
    #expect(try folder.mode("payroll") == 0o700)
    #expect(try folder.mode("payroll/journal.jsonl") == 0o600)
    #expect(rollover.state(at: start).stage == .ready)
    #expect(throws: RolloverError.self) { try make() }
    #expect(RolloverFolder.paths(at: folder.path("")).count == 1)
    #expect(RolloverFolder.paths(at: folder.path("payroll")) == [folder.path("payroll")])
  }

  @Test("A folder that others can change is not used")
  func changeable() throws {
    _ = try make()
    try folder.setMode("payroll", 0o777)
    expect(.folderChangeable) { _ = try RolloverFolder(at: folder.path("payroll"), cryptography: cryptography) }
  }

  @Test("A rollover waits for its certificate, and takes none over another key")
  func waiting() throws {
    var rollover = try make(withNew: false)
    #expect(rollover.state(at: start).next == .recordCertificate)
    expect(.evidenceUnknown) { try rollover.record(old, at: start) }
    try rollover.record(new, at: start)
    #expect(rollover.state(at: start).next == .pack(.add))
    let again = try RolloverFolder(at: rollover.path, cryptography: cryptography)
    #expect(again.certificates.new == new && again.state(at: start).stage == .ready)
  }

  @Test("A list that somebody saved skips states, and one of another object is refused")
  func savedList() throws {
    var rollover = try make()
    expect(.evidenceUnknown) {
      _ = try rollover.recordList(
        list([(RolloverHistory.old, old)], of: "3f2504e0-4f89-41d3-9a0c-0305e82c3301"), at: start)
    }
    _ = try rollover.recordList(list([(RolloverHistory.new, new), (RolloverHistory.old, old)]), at: start)
    #expect(rollover.state(at: start).stage == .added)
    #expect(rollover.state(at: start).oldKeyID == RolloverHistory.old)
    #expect(try folder.names(in: "payroll/answers") == ["list.txt"])
    // The order of the entries means nothing.
    let count = rollover.journal.events.count
    _ = try rollover.recordList(list([(RolloverHistory.new, new), (RolloverHistory.old, old)]), at: start)
    #expect(rollover.journal.events.count == count)
  }

  @Test("Nobody switches before the new key was accepted, and nothing but the overlap is waived")
  func order() throws {
    var rollover = try make()
    expect(.stepTooEarly) { try rollover.switchWorkload(at: start) }
    expect(.stepTooEarly) { try rollover.waiveOverlap(because: "leaked", at: start) }
  }

  @Test("Given up before the key was added it ends at once; nothing follows")
  func abandoned() throws {
    var rollover = try make()
    try rollover.abandon(isBack: false, at: start)
    #expect(rollover.state(at: start).stage == .abandoned)
    expect(.rolloverEnded) { try rollover.switchWorkload(at: start) }
    expect(.rolloverEnded) { try rollover.abandon(isBack: true, at: start) }
  }

  @Test("A package that can still be sent keeps a rollover from being given up, and the same one is not written twice")
  func outstanding() throws {
    var rollover = try make()
    let requests = try StagedRequests(certificate: new)
    _ = try rollover.writePackage(at: start, in: SendWindow.row(of: 1, from: start), by: requests)
    expect(.stepTooEarly) { try rollover.abandon(isBack: false, at: start + .minutes(5)) }
    expect(.stepTooEarly) {
      _ = try rollover.writePackage(at: start, in: SendWindow.row(of: 1, from: start), by: requests)
    }
    let later = start + .minutes(10)
    #expect(rollover.state(at: later).reason == .windowClosed(package: "send-1"))
    _ = try rollover.writePackage(at: later, in: SendWindow.row(of: 2, from: later), by: requests)
    #expect(try folder.names(in: "payroll").contains("send-2"))
  }

  @Test("A package that was written and not noted is found again")
  func adopted() throws {
    var rollover = try make()
    let requests = try StagedRequests(certificate: new)
    let before = try folder.bytes("payroll/journal.jsonl")
    _ = try rollover.writePackage(at: start, in: SendWindow.row(of: 3, from: start), by: requests)
    let packed = try #require(rollover.journal.events.last)
    // The machine stopped before the line was written.
    try folder.write(before, to: "payroll/journal.jsonl")
    var again = try RolloverFolder(at: rollover.path, cryptography: cryptography)
    _ = try again.recordOwnAnswers(at: start)
    #expect(again.journal.events.last == packed)
  }

  @Test("A torn line is told, and what follows it is read")
  func torn() throws {
    var rollover = try make()
    try folder.write(
      try folder.bytes("payroll/journal.jsonl") + Array("{\"time\":\"2026".utf8), to: "payroll/journal.jsonl")
    rollover = try RolloverFolder(at: rollover.path, cryptography: cryptography)
    #expect(rollover.state(at: start).notes == [.tornLine(4)])
    _ = try rollover.recordList(list([(RolloverHistory.new, new), (RolloverHistory.old, old)]), at: start)
    let again = try RolloverFolder(at: rollover.path, cryptography: cryptography)
    #expect(again.state(at: start).stage == .added && again.journal.tornLines == [4])
  }

  @Test("The README of a package has at most 80 columns and names every window")
  func readme() throws {
    var rollover = try make()
    let package = try rollover.writePackage(
      at: start, in: SendWindow.row(of: 3, from: start), by: try StagedRequests(certificate: new))
    let text = try #require(String(validating: try folder.bytes("payroll/send-1/README.txt"), as: UTF8.self))
    #expect(text.split(separator: "\n").allSatisfy { $0.unicodeScalars.count <= 80 })
    for window in package.windows { #expect(text.contains("\(window.start)")) }
    #expect(text.contains("https_proxy") && text.contains("add-key 200"))
    // Three windows of each, two tries in those and in the one that follows.
    #expect(try folder.names(in: "payroll/send-1").count == 3 + 3 + 3 + 8 + 2)
  }

  @Test("Tokens are taken out of what is kept, however they are written")
  func withoutTokens() {
    for (answer, kept) in [
      (#"{"access_token": "a.b\"c", "x": 1}"#, #"{"access_token": "taken out", "x": 1}"#),
      (#"{"access_token":"abc","refresh_token":"d"}"#, #"{"access_token":"taken out","refresh_token":"taken out"}"#),
      (#"{"access_token": 7}"#, #"{"access_token": 7}"#), (#"{"access_token":"abc"#, #"{"access_token":"taken out""#),
      ("", ""),
    ] {
      #expect(RolloverEvidence.withoutTokens(Array(answer.utf8)) == Array(kept.utf8))
    }
  }
}
