import Messages
import PKCS11
import Signing
import SigningTesting
import TestSupport
import Testing

/// How often a token is given a PIN, whatever happens.
@Suite(.enabled(if: TokenKeys.isAvailable, TokenKeys.absence))
struct PINTryTests {
  @Test(
    "a wrong PIN is given once, and not at all when its length tells",
    arguments: [("00000000", 1), ("1", 0), (String(repeating: "9", count: 300), 0)])
  func wrong(pin: String, count: Int) throws {
    let key = try FaultyKey(pin: pin)
    #expect(key.refusal()?.code == .wrongPIN)
    #expect(try key.fault.pinTryCount() == count)
  }

  @Test("a token without a user PIN says so when it is given one: its flag alone is not believed")
  func notInitialized() throws {
    let key = try FaultyKey(on: "no-pin")
    let refusal = key.refusal()
    #expect(refusal?.code == .pinRequired)
    #expect(refusal?.message.hasPrefix("C_Login: CKR_USER_PIN_NOT_INITIALIZED, ") ?? false)
    #expect(try key.fault.pinTryCount() == 1)
  }

  @Test("a PIN that is cancelled at the reader is not asked for again")
  func cancelled() throws {
    let key = try FaultyKey(plan: ["set-flags 0x100", "pin-pad /nonexistent"], pin: nil)
    #expect(key.refusal()?.message.hasPrefix("C_Login: CKR_FUNCTION_CANCELED") ?? false)
    #expect(try key.fault.pinTryCount() == 1)
  }

  @Test("threads that open keys at the same time log in once")
  func parallel() async throws {
    let key = try FaultyKey()
    let goodCount = try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 { group.addTask { try TokenKeys.isGood(try key.open()) } }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(goodCount == 8)
    #expect(try key.fault.pinTryCount() == 1)
  }

  @Test("a key that wants its PIN each time gets it once for each signature, and not again after it was refused")
  func alwaysAuthenticate() throws {
    let key = try FaultyKey("always-authenticate")
    let signer = try key.open()
    #expect(try TokenKeys.isGood(signer) && TokenKeys.isGood(signer))
    #expect(try key.fault.calls(of: "C_Login").map(\.note) == ["user", "context", "context"])
    try key.fault.plan(["fail C_Login * CKR_PIN_INCORRECT"])
    for _ in 0..<3 { #expect(throws: SigningError.self) { _ = try TokenKeys.isGood(signer) } }
    #expect(try key.fault.calls(of: "C_Login").map(\.value) == ["CKR_OK", "CKR_OK", "CKR_OK", "CKR_PIN_INCORRECT"])
    #expect(key.secrets.requests.count == 1)
  }

  @Test("threads that use such a key give a PIN that is refused once each at the most")
  func parallelRefusals() async throws {
    let key = try FaultyKey("always-authenticate")
    let signer = try key.open()
    try key.fault.plan(["fail C_Login * CKR_PIN_INCORRECT"])
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { _ = try? TokenKeys.isGood(signer) } }
    }
    #expect(try key.fault.calls(of: "C_Login").count { $0.value == "CKR_PIN_INCORRECT" } == 1)
  }
}
