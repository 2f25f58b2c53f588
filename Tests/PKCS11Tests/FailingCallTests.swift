import Foundation
import Messages
import PKCS11
import Signing
import SigningTesting
import TestSupport
import Testing

/// Every function fails with every return value of the standard while a key is opened and used.
@Suite(.tags(.hsm, .slow), .enabled(if: TokenKeys.isAvailable, TokenKeys.absence))
struct FailingCallTests {
  @Test("the table has every function that is called, and no other")
  func table() throws {
    let key = try FaultyKey()
    _ = try TokenKeys.isGood(try key.open())
    key.keys.backend.close()
    #expect(Set(try key.fault.calls().map(\.function)) == Set(StandardAnswers.usual.map(\.function)))
  }

  @Test("a call that fails once is an error that names it, or does no harm", arguments: StandardAnswers.usual)
  func once(answers: StandardAnswers) throws {
    let key = try FaultyKey()
    // A refused C_SignInit has not begun anything.
    let verb = answers.function == "C_SignInit" ? "fail" : "answer"
    for value in answers.values { try open(key, "\(verb) \(answers.function) 1 \(value)", answers.function, value) }
  }

  @Test(
    "a call that always fails is an error that names it, unless nothing depends on it",
    arguments: StandardAnswers.usual)
  func always(answers: StandardAnswers) throws {
    let isHarmless = ["C_CloseSession", "C_Finalize"].contains(answers.function)
    let key = try FaultyKey()
    for value in answers.values {
      let signs = try open(key, "fail \(answers.function) * \(value)", answers.function, value)
      #expect(signs == isHarmless, "\(answers.function) \(value)")
    }
  }

  @Test(
    "a call that fails while signing is an error that names it, and the next signature is good",
    arguments: StandardAnswers.of("C_SignInit", "C_Sign"))
  func whileSigning(answers: StandardAnswers) throws {
    // A failed C_Sign has ended the operation all the same, and a failed C_SignInit has not begun one.
    let verb = answers.function == "C_Sign" ? "answer" : "fail"
    for value in answers.values where !Self.refusalsOfMechanism.contains("\(answers.function) \(value)") {
      let key = try FaultyKey()
      let signer = try key.open()
      try key.fault.plan(["\(verb) \(answers.function) 1 \(value)"])
      let error = #expect(throws: SigningError.self) { _ = try TokenKeys.isGood(signer) }
      #expect(
        error?.message.hasPrefix("\(answers.function): \(value)") ?? false, "\(value): \(error?.message ?? "none")")
      let signsWell = try? TokenKeys.isGood(signer)
      #expect(signsWell == true, "\(value)")
      let tries = try key.userPINTryCount()
      #expect(tries == 1, "\(value): \(tries)")
    }
  }

  @Test(
    "after a mechanism that is listed but refused, the next one of the algorithm is tried",
    arguments: refusalsOfMechanism)
  func refusedMechanism(answer: String) throws {
    let key = try FaultyKey(plan: ["fail C_SignInit 1 \(answer.split(separator: " ")[1])"])
    let signer = try key.open()
    for _ in 0..<2 { #expect(try TokenKeys.isGood(signer)) }
    // The second signature begins with the mechanism that worked.
    #expect(try key.fault.calls(of: "C_SignInit").count == 3)
  }

  private static let refusalsOfMechanism = [
    "C_SignInit CKR_MECHANISM_INVALID", "C_SignInit CKR_MECHANISM_PARAM_INVALID",
  ]

  /// Return values that say that a token, object or mechanism is not there, which is then the error.
  private static let absences: [String: KeyError.Code] = [
    "C_GetTokenInfo CKR_TOKEN_NOT_PRESENT": .noSuchToken,
    "C_GetAttributeValue CKR_ATTRIBUTE_SENSITIVE": .noSuchKey,
    "C_GetAttributeValue CKR_ATTRIBUTE_TYPE_INVALID": .noSuchKey,
    // p11-kit takes this for success.
    "C_Initialize CKR_CRYPTOKI_ALREADY_INITIALIZED": .noSuchToken,
  ]

  /// True if it opened and signed well; otherwise the error of either names the call. The fault must have happened, and
  /// no PIN may have been given twice.
  @discardableResult
  private func open(_ first: FaultyKey, _ line: String, _ function: String, _ value: String) throws -> Bool {
    // p11-kit keeps a module that could not be finalised as it is.
    let key = function == "C_Finalize" ? try FaultyKey(plan: [line]) : try FaultyKey(first, plan: [line])
    var signs = false
    do throws(KeyError) {
      let signer = try key.open()
      let failure = TokenKeys.failure(signer)
      signs = failure == nil
      if let failure { #expect(failure.message.contains("\(function): \(value)"), "\(line): \(failure)") }
      #expect(!signs || (try? TokenKeys.isGood(signer)) == true, "\(line)")
    } catch {
      let isNamed = error.message.contains("\(function): \(value)")
      #expect(isNamed || Self.absences["\(function) \(value)"] == error.code, "\(line): \(error)")
    }
    key.keys.backend.close()
    #expect(try key.fault.calls(of: function).contains { $0.value == value }, "\(line) never happened")
    #expect(try key.fault.pinTryCount() <= 1 && key.secrets.requests.count <= 1, "\(line)")
    let initialized = try key.fault.calls(of: "C_Initialize").count { $0.value == "CKR_OK" }
    #expect(try key.fault.calls(of: "C_Finalize").count >= initialized, "\(line)")
    return signs
  }
}

/// The possible return values of one function besides `CKR_OK`, from `Fixtures/pkcs11/return-values.txt`.
struct StandardAnswers: Sendable, CustomTestStringConvertible {
  let function: String
  let values: [String]

  var testDescription: String { function }

  static let all: [StandardAnswers] = {
    let text = (try? String(contentsOf: Fixtures.url("pkcs11/return-values.txt"), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      let words = line.split(separator: " ").map(String.init)
      return StandardAnswers(function: words[0], values: Array(words.dropFirst()))
    }
  }()

  static func of(_ functions: String...) -> [StandardAnswers] { all.filter { functions.contains($0.function) } }

  /// All calls of opening a key and signing with it, while nothing goes wrong.
  static let usual = all.filter {
    !["C_GetSessionInfo", "C_GetInfo", "C_GetSlotInfo", "C_GetMechanismInfo"].contains($0.function)
  }
}
