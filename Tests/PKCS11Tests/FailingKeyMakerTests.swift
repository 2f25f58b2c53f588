import Foundation
import Messages
import PKCS11
import TestSupport
import Testing

/// Every call of making a key fails once, at each step. Afterwards nothing is on the token, or exactly what was
/// reported.
@Suite("TokenKeyMaker that fails", .enabled(if: TokenKeys.isAvailable, TokenKeys.absence))
struct FailingKeyMakerTests {
  private static let label = "new"

  /// One call of a run without a fault.
  struct Step: Sendable, CustomTestStringConvertible {
    let function: String
    let number: Int

    var testDescription: String { "\(function) \(number)" }
  }

  /// Every call from the last search before the key is made; of the calls before that, the first of each function.
  private static func steps(of calls: [FaultModule.Call]) -> [Step] {
    let first = calls.firstIndex { $0.function == "C_GenerateKeyPair" } ?? 0
    var counts: [String: Int] = [:]
    var steps: [Step] = []
    for (index, call) in calls.enumerated() {
      counts[call.function, default: 0] += 1
      let number = counts[call.function, default: 1]
      // After the certificate was stored, only the session has to be closed.
      if ["C_Finalize", "C_Initialize"].contains(call.function) { continue }
      if number == 1 || index >= first - 1 { steps.append(Step(function: call.function, number: number)) }
    }
    return steps
  }

  @Test("each call fails, or succeeds and reports a failure", arguments: ["fail", "answer"])
  func everyCall(verb: String) throws {
    let keys = try NewTokenKeys()
    #expect(try keys.run(keys.uri("object=first"), stores: true).stored != nil)
    let steps = Self.steps(of: try keys.fault.calls())
    #expect(steps.count > 30 && steps.contains { $0.function == "C_CreateObject" }, "\(steps.count)")
    for step in steps {
      let copy = try NewTokenKeys(plan: ["\(verb) \(step.function) \(step.number) CKR_FUNCTION_FAILED"])
      let run = try copy.run(copy.uri("object=\(Self.label)"), stores: true)
      #expect(
        try copy.fault.calls(of: step.function).contains { $0.value == "CKR_FUNCTION_FAILED" },
        "\(step.testDescription) never happened")
      try Self.judge(run, copy, "\(verb) \(step.testDescription)")
    }
  }

  @Test(
    "a run that fails and cannot remove what it made reports exactly that",
    arguments: ["C_Sign", "C_SignInit"],
    [
      "fail C_DestroyObject 1 CKR_DEVICE_ERROR", "fail C_DestroyObject 2 CKR_DEVICE_ERROR",
      "fail C_DestroyObject * CKR_DEVICE_ERROR", "answer C_DestroyObject 1 CKR_DEVICE_ERROR",
      "answer C_DestroyObject * CKR_DEVICE_ERROR", "fail C_DestroyObject * CKR_ACTION_PROHIBITED",
      "close C_DestroyObject 1", "logout C_DestroyObject 1",
    ])
  func discardFails(cause: String, line: String) throws {
    let keys = try NewTokenKeys(plan: ["fail \(cause) * CKR_FUNCTION_FAILED", line])
    let run = try keys.run(keys.uri("object=\(Self.label)"))
    #expect(run.error != nil && run.finished == nil)
    try Self.judge(run, keys, "\(cause), \(line)")
    if line.hasPrefix("fail C_DestroyObject *") {
      #expect(run.error?.id == "key-not-discarded" && run.leftovers.count == 2, "\(run)")
    }
  }

  @Test(
    "if a token goes away after it has made a key, the error says that the key may be there",
    arguments: ["remove C_GetAttributeValue 1", "remove C_SignInit 1", "remove C_Sign 1", "remove C_GenerateKeyPair 1"])
  func removed(line: String) throws {
    let number = line.contains("Attribute") ? try Self.firstAttributesAfterMaking() : 1
    let keys = try NewTokenKeys(plan: [line.replacing(" 1", with: " \(number)")])
    let run = try keys.run(keys.uri("object=\(Self.label)"))
    let found = try keys.kinds(labelled: Self.label)
    #expect(run.error?.id == "key-not-discarded", "\(run)")
    #expect(run.error?.message.contains("there may be") ?? false, "\(run)")
    #expect(Set(found).isSubset(of: run.leftovers.map(\.kindOfOpenSC)), "\(found)")
  }

  private static func firstAttributesAfterMaking() throws -> Int {
    let keys = try NewTokenKeys()
    _ = try keys.run(keys.uri("object=\(label)"))
    return try keys.fault.calls().prefix { $0.function != "C_GenerateKeyPair" }
      .count { $0.function == "C_GetAttributeValue" } + 1
  }

  /// The token has exactly what the run reports.
  private static func judge(_ run: NewTokenKeys.Run, _ keys: NewTokenKeys, _ line: String) throws {
    let found = try keys.kinds(labelled: label)
    if run.finished != nil {
      // The key is made; the certificate is there, or the error says that it is missing.
      #expect(found.filter { $0 != "Certificate" } == ["Private Key", "Public Key"], "\(line): \(found)")
      let isStored = found.contains("Certificate")
      #expect(run.error.map { $0.id == "key-not-discarded" } != true, "\(line): \(run)")
      #expect(isStored || run.stored == nil, "\(line): \(run)")
      return
    }
    let error = try #require(run.error, "\(line)")
    if error.message.contains("cannot be looked at") {
      #expect(Set(found).isSubset(of: run.leftovers.map(\.kindOfOpenSC)), "\(line): \(found)")
    } else {
      #expect(found == run.leftovers.map(\.kindOfOpenSC).sorted(), "\(line): \(found), \(error)")
    }
    #expect(run.leftovers.isEmpty == (error.id != "key-not-discarded"), "\(line): \(error)")
    for object in run.leftovers {
      #expect(error.message.contains("'\(object.reference)'"), "\(line): \(error)")
      let removal = try #require(object.removalLine)
      #expect(error.hint?.contains(removal) ?? false, "\(line): \(error)")
    }
    // The commands in the error remove what is left.
    try keys.fault.plan([])
    for object in run.leftovers where found.contains(object.kindOfOpenSC) { try keys.remove(object) }
    #expect(try keys.kinds(labelled: label).isEmpty, "\(line)")
  }
}

extension NewTokenKeys {
  /// Runs the line that an error gave, which asks for the PIN on a terminal.
  func remove(_ object: TokenObject) throws { try removeBy(line: object.removalLine ?? "false") }

  func removeBy(line: String) throws {
    let outcome = try token.run("/bin/sh", ["-c", "\(line) --pin \(ThrowawayToken.pin)"])
    guard outcome.status == 0 else { throw SystemFailure("\(line): \(outcome)", code: EIO) }
  }
}
