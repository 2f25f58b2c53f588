import PKCS11
import Signing
import SigningTesting
import TestSupport
import Testing

extension TokenTests {
  /// No path gives a PIN more than once, and none gives it to a token that must not have it.
  @Suite("PINs", .enabled(if: TokenKeys.isAvailable, TokenKeys.absence))
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
      "a locked PIN, one that was never set and the final try are refused before anybody is asked",
      arguments: [
        ("set-flags 0x40000", KeyError.Code.pinLocked), ("clear-flags 0x8", .pinRequired),
        ("set-flags 0x20000", .finalPINTry),
      ])
    func flags(line: String, code: KeyError.Code) throws {
      let keys = try TokenKeys(plan: [line])
      let secrets = FixedSecrets(ThrowawayToken.pin)
      #expect(keys.refusal(keys.uri(Self.selection), secrets: secrets)?.code == code)
      #expect(secrets.requests.isEmpty)
      #expect(try keys.fault.pinTryCount() == 0)
    }

    @Test("the final try is made when the person says so, and wrong tries before are told")
    func finalTry() throws {
      let keys = try TokenKeys(plan: ["set-flags 0x30000"], allowsFinalPINTry: true)
      let signer = try keys.open(keys.uri(Self.selection))
      #expect(signer.notes.count == 1)
      #expect(try keys.fault.pinTryCount() == 1)
    }

    @Test("who finds another logged in knows nothing of the PIN just given")
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
        _ = try keys.backend.inventory(of: PKCS11URI(keys.uri("")), loggingInWith: FixedSecrets(ThrowawayToken.pin))
      }
      #expect(try keys.fault.pinTryCount() == 0)
    }
  }
}
