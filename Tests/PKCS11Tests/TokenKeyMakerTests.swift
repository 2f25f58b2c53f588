import Foundation
import Messages
import OpenSSLCrypto
import PKCS11
import Signing
import SigningTesting
import TestSupport
import Testing

@Suite("TokenKeyMaker", .enabled(if: TokenKeys.isAvailable, TokenKeys.absence))
struct TokenKeyMakerTests {
  private let keys: NewTokenKeys

  init() throws { keys = try NewTokenKeys() }

  /// The error of making a key, by id and in full.
  private func refusal(
    _ selection: String, bits: Int = 2048, id: [UInt8]? = nil, secrets: FixedSecrets = FixedSecrets(ThrowawayToken.pin)
  ) -> (error: KeyMakingError?, inTheWay: [TokenObject]) {
    let backend = NewTokenKeys.backend()
    defer { backend.close() }
    do {
      let maker = try NewTokenKeys.maker(keys.uri(selection), backend, secrets: secrets)
      do throws(KeyMakingError) {
        _ = try maker.make(KeyDescription(rsaBitCount: bits, id: id))
      } catch {
        return (error, maker.objectsInTheWay)
      }
    } catch {
      return (error as? KeyMakingError, [])
    }
    return (nil, [])
  }

  @Test(
    "a key is made on the token, signs its own certificate, and OpenSC and OpenSSL see what was asked for",
    arguments: [2048, 3072])
  func making(bits: Int) throws {
    let backend = NewTokenKeys.backend()
    defer { backend.close() }
    let secrets = FixedSecrets(ThrowawayToken.pin)
    let maker = try NewTokenKeys.maker(keys.uri("object=new%20key"), backend, secrets: secrets)
    let key = try maker.make(KeyDescription(rsaBitCount: bits))
    let certificate = try NewTokenKeys.certificate(try key.signer(for: .rs256))
    let finished = try key.finish(with: certificate)
    let stored = try backend.store(
      certificate, besideKeyAt: KeyReference(finished.reference, of: [PKCS11URI.syntax]), secrets: secrets)
    #expect(stored.isNew && stored.notes.isEmpty)
    #expect(try keys.kinds(labelled: "new key") == ["Certificate", "Private Key", "Public Key"])
    #expect(
      finished.protection
        == "sensitive, not extractable; CKA_LOCAL true, CKA_ALWAYS_SENSITIVE true, CKA_NEVER_EXTRACTABLE true; also allows CKA_SIGN_RECOVER",
      "\(finished.protection ?? "nothing")")
    // The reference alone leads to the key and to the certificate beside it.
    let signer = try backend.signer(
      for: KeyRequest(
        KeyReference(finished.reference, of: [PKCS11URI.syntax]), algorithm: .rs256, at: 1_800_000_000, secrets: secrets
      ))
    #expect(signer.certificates == [certificate] && signer.publicKey == key.publicKey)
    #expect(try backend.certificates(at: KeyReference(stored.reference, of: [PKCS11URI.syntax])) == [certificate])

    let folder = try TemporaryFolder()
    let id = try #require(finished.reference.split(separator: ";").first { $0.hasPrefix("id=") })
    let hexadecimal = try Self.bytes(String(id.dropFirst(3).prefix { $0 != "?" })).map { String(format: "%02x", $0) }
      .joined()
    #expect(hexadecimal.count == 40)
    for (type, name) in [("pubkey", "public.der"), ("cert", "certificate.der")] {
      let outcome = try keys.token.run(
        "/usr/bin/pkcs11-tool",
        [
          "--module", keys.token.module, "--token-label", "keyroll", "--read-object", "--type", type, "--id",
          hexadecimal,
          "--output-file", folder.path(name),
        ])
      #expect(outcome.status == 0, "\(outcome)")
    }
    #expect(try folder.bytes("certificate.der") == certificate.der)
    let text = try Judge.run(
      "/usr/bin/openssl", ["pkey", "-pubin", "-inform", "DER", "-in", folder.path("public.der"), "-noout", "-text"]
    ).output
    #expect(text.contains("(\(bits) bit)") && text.contains("Exponent: 65537"), "\(text)")
    let own = try Judge.run(
      "/usr/bin/openssl", ["x509", "-inform", "DER", "-in", folder.path("certificate.der"), "-noout", "-pubkey"]
    ).output
    let other = try Judge.run(
      "/usr/bin/openssl", ["pkey", "-pubin", "-inform", "DER", "-in", folder.path("public.der"), "-pubout"]
    ).output
    #expect(own == other)
  }

  private static func bytes(_ escaped: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = Substring(escaped)
    while let first = rest.popFirst() {
      if first == "%" {
        bytes.append(try #require(UInt8(rest.prefix(2), radix: 16)))
        rest = rest.dropFirst(2)
      } else {
        bytes += Array(String(first).utf8)
      }
    }
    return bytes
  }

  @Test("the PIN is asked for once, and the token is logged in to once")
  func login() throws {
    let backend = NewTokenKeys.backend()
    let secrets = FixedSecrets(ThrowawayToken.pin)
    let maker = try NewTokenKeys.maker(keys.uri("object=new"), backend, secrets: secrets)
    let key = try maker.make(KeyDescription(rsaBitCount: 2048))
    _ = try key.finish(with: try NewTokenKeys.certificate(try key.signer(for: .ps256)))
    backend.close()
    #expect(secrets.requests.count == 1)
    #expect(try keys.fault.pinTryCount() == 1)
    #expect(try keys.fault.calls(of: "C_GenerateKeyPair").count == 1)
  }

  @Test("discard removes both halves of the pair that it made, and nothing else")
  func discarding() throws {
    try keys.makeByOpenSC(label: "old", id: "7001")
    let backend = NewTokenKeys.backend()
    defer { backend.close() }
    let maker = try NewTokenKeys.maker(keys.uri("object=new"), backend)
    let key = try maker.make(KeyDescription(rsaBitCount: 2048))
    _ = try key.finish(with: nil)
    #expect(try keys.kinds(labelled: "new") == ["Private Key", "Public Key"])
    try key.discard()
    #expect(try keys.kinds(labelled: "new").isEmpty)
    #expect(try keys.kinds(labelled: "old") == ["Private Key", "Public Key"])
    #expect(maker.leftovers.isEmpty)
  }

  @Test(
    "the label and the id of any private key, public key or certificate are taken, and nothing is made",
    arguments: [
      ("object=rsa-2048", nil as [UInt8]?, 3), ("object=certificate-only", nil, 1), ("object=public-only", nil, 1),
      ("object=free", [7], 1), ("object=free;id=%08", nil, 1), ("object=private-only", nil, 1), ("object=free", [9], 1),
    ])
  func taken(selection: String, id: [UInt8]?, count: Int) throws {
    let (error, inTheWay) = refusal(selection, id: id)
    #expect(error?.code == .keyTaken, "\(String(describing: error))")
    #expect(inTheWay.count == count, "\(inTheWay)")
    for object in inTheWay {
      #expect(error?.message.contains("'\(object.reference)'") ?? false)
      #expect(error?.hint?.contains(try #require(object.removalLine)) ?? false)
    }
    if let key = inTheWay.first(where: { $0.kind == .privateKey }) {
      #expect(error?.hint?.contains("keyroll create certificate --key '\(key.reference)'") ?? false)
    }
    #expect(try keys.fault.calls(of: "C_GenerateKeyPair").isEmpty)
  }

  @Test(
    "a token that cannot make the key is refused before a PIN is asked for",
    arguments: [
      (["set-flags 0x2"], "token-write-protected", "CKF_WRITE_PROTECTED"),
      (["key-sizes 1024 1024"], "key-size-out-of-range", "makes RSA keys of 1024 to 1024 bits, and none of 2048"),
      (["key-sizes 3072 4096"], "key-size-out-of-range", "makes RSA keys of 3072 to 4096 bits, and none of 2048"),
      (["hide-mechanism 0"], "key-generation-unavailable", "it makes pairs by the mechanisms 0x"),
      (["fail C_GetMechanismInfo 1 CKR_MECHANISM_INVALID"], "key-generation-unavailable", "CKM_RSA_PKCS_KEY_PAIR_GEN"),
      (["model YubiKey YK5"], "token-not-offered", "is a YubiKey"),
    ])
  func refusedTokens(plan: [String], id: String, words: String) throws {
    try keys.fault.plan(plan)
    let secrets = FixedSecrets(ThrowawayToken.pin)
    let error = refusal("object=new", secrets: secrets).error
    #expect(error?.id == id && error?.message.contains(words) ?? false, "\(String(describing: error))")
    #expect(secrets.requests.isEmpty)
    #expect(try keys.fault.calls(of: "C_GenerateKeyPair").isEmpty)
  }

  @Test(
    "a range that cannot be in bits is ignored",
    arguments: ["0 0", "256 512", "64 2048", "0 512", "4096 2048"])
  func implausibleRange(sizes: String) throws {
    try keys.fault.plan(["key-sizes \(sizes)"])
    #expect(try keys.run(keys.uri("object=new")).finished != nil)
  }

  @Test(
    "each answer of the token to the making of a key is an error of its own, and nothing is left",
    arguments: [
      ("CKR_SESSION_READ_ONLY", "token-read-only"), ("CKR_TOKEN_WRITE_PROTECTED", "token-write-protected"),
      ("CKR_DEVICE_MEMORY", "token-full"), ("CKR_MECHANISM_INVALID", "key-generation-unavailable"),
      ("CKR_PIN_EXPIRED", "pin-expired"), ("CKR_FUNCTION_NOT_SUPPORTED", "key-generation-unavailable"),
      ("CKR_KEY_SIZE_RANGE", "key-size-out-of-range"), ("CKR_GENERAL_ERROR", "device-failed"),
      ("CKR_DEVICE_ERROR", "device-failed"),
    ])
  func answers(value: String, id: String) throws {
    try keys.fault.plan(["fail C_GenerateKeyPair 1 \(value)"])
    let error = refusal("object=new", bits: 4096).error
    #expect(error?.id == id, "\(String(describing: error))")
    #expect(error?.message.contains("C_GenerateKeyPair: \(value)") ?? false, "\(String(describing: error))")
    if id == "key-generation-unavailable" { #expect(error?.hint?.contains("tool") ?? false) }
    if value == "CKR_GENERAL_ERROR" { #expect(error?.hint?.contains("try 2048") ?? false) }
    #expect(try keys.kinds(labelled: "new").isEmpty)
  }

  @Test("an expired PIN is reported at the login")
  func expiredPIN() throws {
    try keys.fault.plan(["fail C_Login 1 CKR_PIN_EXPIRED"])
    #expect(refusal("object=new").error?.id == "pin-expired")
  }

  @Test(
    "a private key that the token would give away is removed again",
    arguments: ["0x103 0", "0x162 1"])
  func unprotected(attribute: String) throws {
    try keys.fault.plan(["set-attribute \(attribute)"])
    let error = refusal("object=new").error
    #expect(error?.code == .keyUnprotected, "\(String(describing: error))")
    #expect(try keys.kinds(labelled: "new").isEmpty)
  }

  @Test("a private key that the token does not promise to keep is removed again")
  func protectionUnknown() throws {
    try keys.fault.plan(["hide-attribute private 0x103"])
    #expect(refusal("object=new").error?.code == .keyUnprotected)
    #expect(try keys.kinds(labelled: "new").isEmpty)
  }

  @Test("LOCAL, ALWAYS_SENSITIVE and NEVER_EXTRACTABLE are reported, and nothing more")
  func reported() throws {
    try keys.fault.plan(["set-attribute 0x163 0", "hide-attribute private 0x164"])
    let run = try keys.run(keys.uri("object=new"))
    #expect(
      run.finished?.protection?.contains("CKA_LOCAL false, CKA_ALWAYS_SENSITIVE true, CKA_NEVER_EXTRACTABLE not told")
        ?? false, "\(run)")
  }

  @Test(
    "a reference that does not name a new key on one token is refused",
    arguments: [
      ("pkcs11:token=keyroll", "malformed-key-reference"),
      ("pkcs11:token=keyroll;object=a;type=cert", "malformed-key-reference"),
      ("pkcs11:object=new", "several-tokens"), ("pkcs11:token=none;object=new", "no-such-token"),
      ("pkcs11:token=keyroll;object=%20", "malformed-key-reference"),
    ])
  func references(text: String, id: String) throws {
    let backend = NewTokenKeys.backend()
    defer { backend.close() }
    let error = #expect(throws: KeyMakingError.self) {
      let maker = try NewTokenKeys.maker("\(text)?module-path=\(keys.fault.path)", backend)
      try maker.check(KeyDescription(rsaBitCount: 2048))
    }
    #expect(error?.id == id, "\(String(describing: error))")
  }

  @Test("two names for one key are refused")
  func twoNames() throws {
    let backend = NewTokenKeys.backend()
    defer { backend.close() }
    let maker = try NewTokenKeys.maker(keys.uri("object=a;id=%70"), backend)
    for description in [try KeyDescription(label: "b"), try KeyDescription(id: [0x71]), try KeyDescription(id: [])] {
      #expect(throws: KeyMakingError.self) { try maker.check(description) }
    }
    try maker.check(KeyDescription(label: "a", id: [0x70]))
  }
}
