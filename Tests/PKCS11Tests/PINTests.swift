import Messages
import PKCS11
import Signing
import SigningTesting
import TestSupport
import Testing

extension TokenTests {
  /// No path gives a PIN more than once, or to a token that must not have it.
  @Suite("PINs", .tags(.hsm), .enabled(if: TokenKeys.isAvailable, TokenKeys.absence))
  struct PINTests {
    // Bits of CK_TOKEN_INFO are given as numbers.
    private static let selection = "token=keyroll;object=rsa-2048"

    @Test("a wrong PIN is tried once")
    func wrong() throws {
      let keys = try TokenKeys()
      let refusal = try #require(keys.refusal(keys.uri(Self.selection), secrets: FixedSecrets("00000000")))
      #expect(refusal.code == .wrongPIN)
      #expect(refusal.message.hasPrefix("C_Login: CKR_PIN_INCORRECT, the PIN is wrong"))
      #expect(!refusal.message.contains("00000000"))
      #expect(try keys.fault.pinTryCount() == 1)
    }

    @Test("one login is enough for all keys of a token, and another PIN is refused without asking the token")
    func oneLogin() throws {
      let keys = try TokenKeys()
      for selection in [Self.selection, "token=keyroll;object=opensc-2048"] {
        _ = try keys.open(keys.uri(selection))
      }
      #expect(keys.refusal(keys.uri(Self.selection), secrets: FixedSecrets("00000000"))?.code == .wrongPIN)
      #expect(keys.refusal(keys.uri(Self.selection), secrets: FixedSecrets(nil))?.code == .pinRequired)
      #expect(try keys.fault.pinTryCount() == 1)
    }

    @Test(
      "a locked PIN and the final try are refused before anybody is asked",
      arguments: [("set-flags 0x40000", KeyError.Code.pinLocked), ("set-flags 0x20000", .finalPINTry)])
    func flags(line: String, code: KeyError.Code) throws {
      let keys = try TokenKeys(plan: [line])
      let secrets = FixedSecrets(ThrowawayToken.pin)
      #expect(keys.refusal(keys.uri(Self.selection), secrets: secrets)?.code == code)
      #expect(secrets.requests.isEmpty)
      #expect(try keys.fault.pinTryCount() == 0)
    }

    @Test(
      "no other flag prevents a login: tokens without CKF_LOGIN_REQUIRED, CKF_USER_PIN_INITIALIZED or CKF_TOKEN_INITIALIZED sign",
      arguments: ["0x4", "0x8", "0x400", "0x404", "0x408"])
    func missingFlags(flags: String) throws {
      let keys = try TokenKeys(plan: ["clear-flags \(flags)"])
      let secrets = FixedSecrets(ThrowawayToken.pin)
      #expect(try TokenKeys.isGood(try keys.open(keys.uri(Self.selection), secrets: secrets)))
      #expect(secrets.requests.count == 1)
      #expect(try keys.fault.pinTryCount() == 1)
    }

    @Test("a key that is visible without a login signs without one, and nobody is asked")
    func openKey() throws {
      let keys = try TokenKeys()
      let secrets = FixedSecrets(ThrowawayToken.pin)
      #expect(try TokenKeys.isGood(try keys.open(keys.uri("token=keyroll;object=no-login"), secrets: secrets)))
      #expect(secrets.requests.isEmpty)
      #expect(try keys.fault.pinTryCount() == 0)
    }

    @Test("a given PIN is tried even if the key is visible without it")
    func givenPIN() throws {
      let keys = try TokenKeys()
      let folder = try TemporaryFolder()
      try folder.write(Array("00000000".utf8), to: "pin")
      let uri = keys.uri("token=keyroll;object=no-login", query: "&pin-source=file:\(folder.path("pin"))")
      #expect(keys.refusal(uri, secrets: FixedSecrets(nil))?.code == .wrongPIN)
      #expect(try keys.fault.pinTryCount() == 1)
    }

    @Test("a token that wants its login only when it signs gets it then, once", arguments: ["C_SignInit", "C_Sign"])
    func lateLogin(function: String) throws {
      let keys = try TokenKeys(plan: ["answer \(function) 1 CKR_USER_NOT_LOGGED_IN"])
      let secrets = FixedSecrets(ThrowawayToken.pin)
      let signer = try keys.open(keys.uri("token=keyroll;object=no-login"), secrets: secrets)
      #expect(secrets.requests.isEmpty)
      #expect(try TokenKeys.isGood(signer))
      #expect(secrets.requests.count == 1)
      #expect(try keys.fault.pinTryCount() == 1)
    }

    @Test("a PIN that the token has refused is never given to it again, but another PIN is")
    func refusedOnce() throws {
      let keys = try TokenKeys()
      for _ in 0..<3 {
        #expect(keys.refusal(keys.uri(Self.selection), secrets: FixedSecrets("00000000"))?.code == .wrongPIN)
      }
      #expect(try keys.fault.pinTryCount() == 1)
      #expect(try TokenKeys.isGood(try keys.open(keys.uri(Self.selection))))
      #expect(try keys.fault.pinTryCount() == 2)
    }

    @Test("the final try is made if the person allows it, and earlier wrong tries are reported")
    func finalTry() throws {
      let keys = try TokenKeys(plan: ["set-flags 0x30000"], allowsFinalPINTry: true)
      let signer = try keys.open(keys.uri(Self.selection))
      #expect(signer.notes.count == 1)
      #expect(try keys.fault.pinTryCount() == 1)
    }

    @Test("if another user is logged in, the PIN just given is unproven")
    func alreadyLoggedIn() throws {
      let keys = try TokenKeys()
      _ = try keys.open(keys.uri(Self.selection))
      let other = PKCS11Backend(cryptography: keys.cryptography)
      defer { other.close() }
      #expect(keys.refusal(keys.uri(Self.selection), by: other)?.code == .loginUnproven)
    }

    @Test("a reader with a keypad asks for the PIN itself")
    func keypad() throws {
      let token = try SharedToken.softHSM()
      let keys = try TokenKeys(plan: ["set-flags 0x100", "pin-pad \(token.pinFile)"])
      let secrets = FixedSecrets(nil)
      let isGood = try TokenKeys.isGood(try keys.open(keys.uri(Self.selection), secrets: secrets))
      #expect(isGood)
      #expect(secrets.requests.isEmpty)
      #expect(try keys.fault.calls(of: "C_Login").count == 1)
    }

    @Test("a PIN is never tried on two tokens")
    func twoTokens() throws {
      let keys = try TokenKeys()
      #expect(keys.refusal(keys.uri("object=rsa-2048"))?.code == .severalTokens)
      #expect(throws: KeyError.self) {
        let reference = try KeyReference(keys.uri(""), of: [PKCS11URI.syntax])
        _ = try keys.backend.inventory(of: reference, loggingInWith: FixedSecrets(ThrowawayToken.pin))
      }
      #expect(try keys.fault.pinTryCount() == 0)
    }
  }
}

/// How often a token is given a PIN, whatever happens.
@Suite(.tags(.hsm), .enabled(if: TokenKeys.isAvailable, TokenKeys.absence))
struct PINTryTests {
  @Test(
    "a wrong PIN is given once, and not at all if its length is impossible",
    arguments: [("00000000", 1), ("1", 0), (String(repeating: "9", count: 300), 0)])
  func wrong(pin: String, count: Int) throws {
    let key = try FaultyKey(pin: pin)
    #expect(key.refusal()?.code == .wrongPIN)
    #expect(try key.fault.pinTryCount() == count)
  }

  @Test("a token without a user PIN is recognised by its answer to a PIN: its flag alone is not trusted")
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

  @Test("threads that use such a key give a refused PIN at most once each")
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
