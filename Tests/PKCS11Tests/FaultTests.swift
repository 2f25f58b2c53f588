import Messages
import PKCS11
import Signing
import SigningTesting
import TestSupport
import Testing

extension TokenTests {
  /// What happens with a failing token, whichever call fails.
  @Suite(.tags(.hsm), .enabled(if: TokenKeys.isAvailable, TokenKeys.absence))
  struct FaultTests {
    private let keys: TokenKeys
    private let key: String

    init() throws {
      keys = try TokenKeys()
      key = keys.uri("token=keyroll;object=rsa-2048")
    }

    @Test("a bad signature is never written", arguments: ["spoil C_Sign *", "truncate C_Sign *", "empty C_Sign *"])
    func badSignature(line: String) throws {
      let signer = try keys.open(key)
      try keys.fault.plan([line])
      #expect(TokenKeys.failure(signer)?.code == .badSignature)
    }

    @Test("a signature of an earlier message is never written")
    func repeated() throws {
      let signer = try keys.open(key)
      #expect(try TokenKeys.isGood(signer, "the message before"))
      try keys.fault.plan(["repeat C_Sign *"])
      #expect(TokenKeys.failure(signer)?.code == .badSignature)
    }

    @Test("a wrong public key beside the private key is noticed before a signature is written")
    func spoiledAttributes() throws {
      try keys.fault.plan(["spoil C_GetAttributeValue *"])
      #expect(keys.refusal(key) != nil)
    }

    @Test("a token that is missing at first is looked for again, a few times", arguments: [1, 3])
    func furtherLooks(count: Int) throws {
      try keys.fault.plan(["empty C_GetSlotList 1-\(count)"])
      let isGood = try TokenKeys.isGood(try keys.open(key))
      #expect(isGood)
      keys.backend.close()
      try keys.fault.plan(["absent"])
      try keys.fault.forgetCalls()
      #expect(keys.refusal(key)?.code == .noSuchToken)
      #expect(try keys.fault.calls(of: "C_Initialize").count == 6)
    }

    @Test("the error about a token without PSS names its algorithms, and none is used silently")
    func withoutPSS() throws {
      try keys.fault.plan(["0xd", "0x43", "0x44", "0x45"].map { "hide-mechanism \($0)" })
      let refusal = try #require(keys.refusal(key, .ps256))
      #expect(refusal.code == .mechanismUnavailable)
      #expect(refusal.hint == "use RS256 or RS384 or RS512")
      #expect(try keys.open(key, .rs256).algorithm == .rs256)
    }

    @Test(
      "a token that insists on hashing signs with the mechanism that also hashes",
      arguments: [
        (SignatureAlgorithm.rs256, "0x1"), (.rs512, "0x1"), (.ps256, "0xd"), (.ps384, "0xd"),
      ])
    func hashingMechanism(algorithm: SignatureAlgorithm, hidden: String) throws {
      try keys.fault.plan(["hide-mechanism \(hidden)"])
      let isGood = try TokenKeys.isGood(try keys.open(key, algorithm))
      #expect(isGood)
    }
  }
}
