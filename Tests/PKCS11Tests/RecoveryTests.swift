import Messages
import PKCS11
import Signing
import SigningTesting
import TestSupport
import Testing

extension TokenTests {
  /// Tokens that go away in the middle, and come back or do not.
  @Suite("Recovery", .tags(.hsm, .slow), .enabled(if: TokenKeys.isAvailable, TokenKeys.absence))
  struct RecoveryTests {
    private let keys: TokenKeys
    private let signer: any Signer

    init() throws {
      keys = try TokenKeys()
      signer = try keys.open(keys.uri("token=keyroll;object=rsa-2048"))
    }

    @Test("sessions that were closed behind our back are reopened by the call after the error, with one more login")
    func closed() throws {
      try keys.fault.plan(["close C_SignInit 1"])
      #expect(TokenKeys.failure(signer)?.message.hasPrefix("C_SignInit: CKR_SESSION_HANDLE_INVALID, ") ?? false)
      let isGood = try TokenKeys.isGood(signer)
      #expect(isGood)
      // With the last session the login is gone.
      #expect(try keys.fault.pinTryCount() == 2)
    }

    @Test("a token that has forgotten the login gets the PIN once more")
    func loggedOut() throws {
      try keys.fault.plan(["logout C_SignInit 1"])
      #expect(TokenKeys.failure(signer) != nil)
      let isGood = try TokenKeys.isGood(signer)
      #expect(isGood)
      #expect(try keys.fault.pinTryCount() == 2)
    }

    @Test("a token that was removed is an error until it is back")
    func removed() throws {
      try keys.fault.plan(["remove C_Sign 1"])
      #expect(
        TokenKeys.failure(signer)?.message.hasPrefix("C_Sign: CKR_DEVICE_REMOVED, the token was removed") ?? false)
      #expect(TokenKeys.failure(signer)?.code == .deviceFailed)
      #expect(TokenKeys.failure(signer)?.code == .deviceFailed)
      try keys.fault.plan([])
      let isGood = try TokenKeys.isGood(signer)
      #expect(isGood)
      #expect(try keys.fault.pinTryCount() <= 2)
    }

    @Test("a PIN that is refused after the token came back is never given again")
    func refusedLater() throws {
      try keys.fault.plan(["logout C_SignInit 1", "fail C_Login * CKR_PIN_INCORRECT"])
      #expect(TokenKeys.failure(signer) != nil)
      for _ in 0..<3 {
        #expect(TokenKeys.failure(signer)?.message.hasPrefix("C_Login: CKR_PIN_INCORRECT, ") ?? false)
      }
      #expect(try keys.fault.pinTryCount() == 2)
    }

    @Test("a key that has changed when the token is back signs nothing")
    func otherKey() throws {
      try keys.fault.plan(["close C_SignInit 1", "spoil C_GetAttributeValue *"])
      #expect(TokenKeys.failure(signer) != nil)
      #expect(TokenKeys.failure(signer)?.code == .deviceFailed)
    }

    @Test("threads share as many sessions as the token allows", arguments: [1, 2, 3])
    func sessions(limit: Int) async throws {
      keys.backend.close()
      let keys = try TokenKeys(plan: ["maximum-sessions \(limit)"])
      let signer = try keys.open(keys.uri("token=keyroll;object=rsa-2048"))
      let results = await withTaskGroup(of: Bool.self) { group in
        for number in 0..<16 { group.addTask { (try? TokenKeys.isGood(signer, "message \(number)")) ?? false } }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(results == Array(repeating: true, count: 16))
      #expect(try keys.fault.calls(of: "C_OpenSession").count { $0.value == "CKR_OK" } <= limit)
    }
  }
}

/// Connections that are lost while others are made, and tokens with few sessions.
@Suite(.tags(.hsm, .slow), .enabled(if: TokenKeys.isAvailable, TokenKeys.absence))
struct ReconnectionTests {
  @Test(
    "a failure during reconnection is an error, and costs at most one more login",
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

  @Test("a token with fewer sessions than it reports is used with those that it has")
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
    // The old one makes room before the new one is asked for.
    #expect(try key.fault.calls(of: "C_OpenSession").allSatisfy { $0.value == "CKR_OK" })
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
