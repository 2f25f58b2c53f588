import Foundation
import PKCS11
import TestSupport
import Testing

/// The process is ended between any two steps. The instructions of the next run then work, both to go on and
/// to remove the key.
@Suite("TokenKeyMaker that is killed", .enabled(if: TokenKeys.isAvailable, TokenKeys.absence))
struct KilledKeyMakerTests {
  /// Makes a key on a token in a process of its own; another command can take its place.
  struct Maker {
    let keys: NewTokenKeys
    let folder: TemporaryFolder
    let reference: String

    init(plan: [String] = []) throws {
      keys = try NewTokenKeys(plan: plan)
      folder = try TemporaryFolder()
      reference = keys.uri("object=new")
    }

    var output: String { folder.path("new.cer") }

    /// Ended after the step with that name, or by the plan of the module.
    func create(endingAfter step: String? = nil) throws -> Outcome {
      try run(["create", reference, output] + (step.map { [$0] } ?? []))
    }

    /// For an existing key.
    func certify(_ reference: String) throws -> Outcome {
      try run(["certificate", reference, folder.path("again.cer")])
    }

    private func run(_ arguments: [String]) throws -> Outcome {
      let program = URL(fileURLWithPath: BuiltCommand.path).deletingLastPathComponent().appending(
        path: "KeyMakingDriver"
      ).path
      return try Judge.run(
        "/usr/bin/env", ["SOFTHSM2_CONF=\(keys.token.path("softhsm2.conf"))", program] + arguments)
    }

    /// The values that a line of the output begins with a word.
    static func values(_ word: String, in outcome: Outcome) -> [String] {
      outcome.output.split(separator: "\n").filter { $0.hasPrefix("\(word) ") }.map {
        String($0.dropFirst(word.count + 1))
      }
    }
  }

  private static let killed: Int32 = 128 + SIGKILL

  @Test("a run that is not ended makes the key, its file and the certificate on the token")
  func undisturbed() throws {
    let maker = try Maker()
    let outcome = try maker.create()
    #expect(outcome.status == 0, "\(outcome)")
    #expect(try maker.keys.kinds(labelled: "new") == ["Certificate", "Private Key", "Public Key"])
    #expect(FileManager.default.fileExists(atPath: maker.output))
  }

  @Test(
    "after the end of any step the next run says how to go on, and that works",
    arguments: ["made", "signed", "finished", "written", "stored"])
  func goingOn(step: String) throws {
    let maker = try Maker()
    #expect(try maker.create(endingAfter: step).status == Self.killed)
    try requireNextRunWorks(maker, step)
  }

  @Test(
    "wherever the process ends inside a step, nothing is on the token or the next run says what is",
    arguments: [
      "kill C_OpenSession 1", "kill C_Login 1", "kill-after C_Login 1", "kill C_OpenSession 2",
      "kill C_GenerateKeyPair 1",
      "kill-after C_GenerateKeyPair 1", "kill C_SignInit 1", "kill C_Sign 1", "kill-after C_Sign 1",
      "kill C_CreateObject 1",
      "kill-after C_CreateObject 1", "kill C_Finalize 1",
    ])
  func inside(line: String) throws {
    let maker = try Maker(plan: [line])
    #expect(try maker.create().status == Self.killed)
    try maker.keys.fault.plan([])
    try requireNextRunWorks(maker, line)
  }

  private func requireNextRunWorks(_ maker: Maker, _ what: String) throws {
    let there = try maker.keys.kinds(labelled: "new")
    try? FileManager.default.removeItem(atPath: maker.output)
    let next = try maker.create()
    if there.isEmpty {
      #expect(next.status == 0, "\(what): \(next)")
      return
    }
    #expect(next.status == 1 && next.output.contains("is taken on token"), "\(what): \(next)")
    #expect(Maker.values("object", in: next).count == there.count, "\(what): \(next)")
    // How to go on: a certificate for the key that is there.
    let key = try #require(Maker.values("object", in: next).first { $0.contains("type=private") })
    #expect(next.output.contains("keyroll create certificate --key '\(key)'"), "\(what): \(next)")
    let certified = try maker.certify(key)
    #expect(certified.status == 0, "\(what): \(certified)")
    // How to begin again.
    for line in Maker.values("remove", in: next) { try maker.keys.removeBy(line: line) }
    #expect(try maker.keys.kinds(labelled: "new").isEmpty, "\(what)")
    let last = try maker.create()
    #expect(last.status == 0, "\(what): \(last)")
  }
}
