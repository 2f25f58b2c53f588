import PKCS11
import Signing
import SigningTesting
import TestSupport
import Testing

/// Connections that are lost while others are made, and tokens with few sessions.
@Suite(.enabled(if: TokenKeys.isAvailable, TokenKeys.absence))
struct ReconnectionTests {
  @Test(
    "what fails while the connection is made anew is an error, and costs one more login at the most",
    arguments: StandardAnswers.of(
      "C_GetSessionInfo", "C_OpenSession", "C_FindObjects", "C_GetTokenInfo", "C_GetSlotList"))
  func reconnection(answers: StandardAnswers) throws {
    for value in answers.values {
      let key = try FaultyKey()
      let signer = try key.open()
      try key.fault.plan(["close C_Sign 1", "answer \(answers.function) 1 \(value)"])
      var signatureCount = 0
      for _ in 0..<4 where (try? TokenKeys.isGood(signer)) == true { signatureCount += 1 }
      let tries = try key.userPINTryCount()
      #expect(signatureCount >= 1, "\(answers.function) \(value)")
      #expect(tries <= 3, "\(answers.function) \(value): \(tries)")
      #expect(try key.fault.calls(of: answers.function).contains { $0.value == value }, "\(answers.function) \(value)")
    }
  }

  @Test("a token that has fewer sessions than it says is used with those that it has")
  func fewerThanSaid() async throws {
    let key = try FaultyKey()
    let signer = try key.open()
    try key.fault.plan(["fail C_OpenSession 2+ CKR_SESSION_COUNT"])
    #expect(try await Self.signInParallel(signer) == 24)
    #expect(try key.fault.pinTryCount() == 1)
  }

  @Test("a token with one session signs again after a failure, without another login")
  func failureInTheOnlySession() throws {
    let key = try FaultyKey(plan: ["maximum-sessions 1"])
    let signer = try key.open()
    try key.fault.plan(["maximum-sessions 1", "answer C_Sign 1 CKR_FUNCTION_FAILED"])
    #expect(throws: SigningError.self) { _ = try TokenKeys.isGood(signer) }
    #expect(try TokenKeys.isGood(signer))
    #expect(try key.userPINTryCount() == 1)
  }

  @Test("threads whose sessions are closed behind their back sign again, and log in once for each time")
  func closedInParallel() async throws {
    let key = try FaultyKey()
    let signer = try key.open()
    try key.fault.plan(["close C_Sign 3"])
    _ = try? await Self.signInParallel(signer)
    #expect(try await Self.signInParallel(signer) == 24)
    #expect(try key.userPINTryCount() <= 2)
  }

  /// How many of 24 signatures are good.
  private static func signInParallel(_ signer: any Signer) async throws -> Int {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<24 { group.addTask { try TokenKeys.isGood(signer, "\(number)") } }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
  }
}
