import Foundation
import Keyroll
import TestSupport
import Testing

/// Who may use a rollover, and what in its folder is a part of it.
@Suite struct RolloverAccessTests {
  private typealias Fixture = RolloverFixture
  private typealias History = RolloverHistory
  private static let start = History.start
  private let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func opened(_ access: RolloverFolder.Access = .looking) throws -> RolloverFolder {
    try RolloverFolder(at: fixture.folder.path("payroll"), for: access, cryptography: fixture.cryptography)
  }

  @Test("One process changes a rollover at a time; others are told so, and can look")
  func locked() throws {
    var first: RolloverFolder? = try fixture.rollover()
    #expect(first?.isLocked == true)
    expect(.folderBusy) { _ = try opened(.changing) }
    #expect(try opened().isLocked == false)
    #expect(try opened(.changingIfFree).isLocked == false)
    first = nil
    #expect(try opened(.changingIfFree).isLocked)
    #expect(try opened(.changing).isLocked)
  }

  @Test(
    "Nothing is read that others can change",
    arguments: ["plan.json", "journal.jsonl", "old.cer", "new.cer", "send-1"])
  func changeable(name: String) throws {
    do {
      var rollover = try fixture.rollover()
      try fixture.pack(&rollover)
    }
    for mode in [0o666, 0o722, 0o602] {
      try fixture.folder.setMode("payroll/\(name)", mode)
      do {
        _ = try opened()
        Issue.record("it was read")
      } catch let error as RolloverError {
        #expect(error.code == .folderChangeable, "\(error)")
        #expect(error.hint?.hasPrefix("chmod g") == true && error.hint?.contains("code") == false, "\(error)")
      }
      try fixture.folder.setMode("payroll/\(name)", name == "send-1" ? 0o755 : 0o644)
      _ = try opened()
    }
  }

  @Test("The first line of the journal is of the plan, and another plan is refused")
  func otherPlan() throws {
    do { _ = try fixture.rollover() }
    #expect(try opened().journal.events.first?.kind == .planned)
    let plan = try #require(String(validating: try fixture.folder.bytes("payroll/plan.json"), as: UTF8.self))
    try fixture.folder.write(Array(plan.replacing("\"7d\"", with: "\"1s\"").utf8), to: "payroll/plan.json")
    expect(.malformedPlan) { _ = try opened() }
    try fixture.folder.write(Array(plan.utf8), to: "payroll/plan.json")
    _ = try opened()
  }

  /// Another certificate over the new key.
  private func another() throws -> Certificate {
    let path = fixture.folder.path("another.pem")
    let made = try Judge.run(
      "/usr/bin/openssl",
      ["req", "-x509", "-key", Fixtures.path("keys/rsa-2048-other.pem"), "-subj", "/CN=another", "-days", "3000"]
        + ["-out", path])
    try #require(made.status == 0, "\(made)")
    return try #require(try fixture.cryptography.certificates(inFile: path).first)
  }

  @Test("Another certificate over the new key is refused while a package can be sent that adds the first")
  func secondCertificate() throws {
    var rollover = try fixture.rollover()
    try fixture.pack(&rollover)
    let another = try another()
    expect(.stepTooEarly) { try rollover.record(another, at: Self.start + .minutes(5)) }
    #expect(rollover.certificates.new == fixture.new)
    // An answer that is not addKey's does not end it.
    try fixture.answer("HTTP/1.1 503 Busy\r\n\r\n", to: "token-1")
    _ = try rollover.recordOwnAnswers(at: Self.start + .minutes(5))
    expect(.stepTooEarly) { try rollover.record(another, at: Self.start + .minutes(5)) }
    try rollover.record(another, at: Self.start + .minutes(10))
    #expect(rollover.certificates.new == another)
  }

  @Test("A certificate whose line could not be written is noted by the next run; one that was added is not replaced")
  func swapped() throws {
    let another = try another()
    do { _ = try fixture.rollover() }
    try fixture.folder.write(another.der, to: "payroll/new.cer")
    do {
      var rollover = try opened(.changing)
      _ = try rollover.recordOwnAnswers(at: Self.start)
      guard case .certificate(.new, let facts)? = rollover.journal.events.last?.kind else {
        Issue.record("\(rollover.journal.events)")
        return
      }
      #expect(facts.notAfter == another.validity.notAfter && facts.sha1 == another.sha1Thumbprint)
    }
    try fixture.append([.added(keyID: History.new)])
    _ = try opened()
    try fixture.folder.write(fixture.new.der, to: "payroll/new.cer")
    expect(.evidenceUnknown) { _ = try opened() }
  }

  // MARK: Packages

  @Test("A copy beside a package is none, and neither is what a run left half written")
  func strays() throws {
    do {
      var rollover = try fixture.rollover()
      try fixture.pack(&rollover)
    }
    let manager = FileManager.default
    for name in ["send-1 (copy)", "send-01", "send-", "send-1.keyroll-1ec0", ".send-2.keyroll-1ec0"] {
      try manager.copyItem(
        atPath: fixture.folder.path("payroll/send-1"), toPath: fixture.folder.path("payroll/\(name)"))
    }
    for _ in 1...3 {
      var rollover = try opened(.changing)
      _ = try rollover.recordOwnAnswers(at: Self.start)
      #expect(rollover.journal.events.count { $0.kind.name == "packed" } == 1)
      #expect(rollover.remarks.count == 5 && rollover.remarks.contains { $0.contains("send-1 (copy)") })
    }
    // Its steps were cut: it was never a package.
    try fixture.folder.write(
      Array(try fixture.folder.bytes("payroll/send-1/steps").dropLast(40)), to: "payroll/send-01/steps")
    try manager.moveItem(atPath: fixture.folder.path("payroll/send-01"), toPath: fixture.folder.path("payroll/send-2"))
    var rollover = try opened(.changing)
    _ = try rollover.recordOwnAnswers(at: Self.start)
    #expect(rollover.journal.events.count { $0.kind.name == "packed" } == 1)
  }

  @Test("Packages of two rollovers are told from each other, though they do the same at the same time")
  func alike() throws {
    let second = ExactText("3f2504e0-4f89-41d3-9a0c-0305e82c3301")
    let added = RolloverEvent.Kind.added(keyID: History.new)
    do {
      var first = try fixture.rollover([added], at: "app-01")
      var other = try fixture.rollover([added], at: "app-02", plan: fixture.plan(second))
      try fixture.pack(&first)
      try fixture.pack(&other)
    }
    let paths = ["app-01", "app-02"].map(fixture.folder.path)
    #expect(
      try fixture.folder.bytes("app-01/send-1/steps") != fixture.folder.bytes("app-02/send-1/steps"))
    let returned = fixture.folder.path("stick")
    try FileManager.default.copyItem(atPath: fixture.folder.path("app-02/send-1"), toPath: returned)
    let taken = RolloverReturns.take([.package(returned)], to: paths, at: Self.start, with: Toolkit.openSSL())
    #expect(taken.first?.rollover == paths[1])
  }

  @Test("A copy is made of what is there, and another one is not taken for it")
  func copies() throws {
    var rollover = try fixture.rollover()
    try fixture.pack(&rollover)
    let copy = fixture.folder.path("mon")
    try rollover.copyPackage("send-1", to: copy)
    // With what the script makes, it is still one.
    try fixture.answer("HTTP/1.1 503 Busy\r\n\r\n", to: "token-1", of: "mon")
    try rollover.copyPackage("send-1", to: copy)
    try fixture.folder.write(Array("old\n".utf8), to: "mon/steps")
    expect(id: "output-exists") { try rollover.copyPackage("send-1", to: copy) }
    try FileManager.default.removeItem(atPath: fixture.folder.path("payroll/send-1"))
    expect(id: "file-unreadable") { try rollover.copyPackage("send-1", to: fixture.folder.path("tue")) }
    #expect(try !fixture.folder.names().contains("tue"))
    try fixture.folder.write(Array("echo\n".utf8), to: "mon/run.sh")
    expect(id: "output-exists") { try RolloverPackage.writeParcelScript(to: copy) }
  }
}
