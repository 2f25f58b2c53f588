import Foundation
import Messages
import OpenSSLCrypto
import PKCS11
import Signing
import SigningTesting
import TestSupport
import Testing

/// Keys made on the tokens of every maker. p11-kit must be configured for them, so the keys are made in a child
/// process that is.
@Suite struct ConfiguredKeyMakerTests {
  /// Set in the child alone.
  private static let token = ProcessInfo.processInfo.environment["KEYROLL_TEST_NEW_KEY_TOKEN"]
  private static let proof = "made and stored on"

  @Test(
    "one template makes keys on the tokens of every maker",
    .enabled(if: token == nil), arguments: ThrowawayToken.Maker.allCases.filter(ThrowawayToken.isAvailable))
  func everyMaker(maker: ThrowawayToken.Maker) throws {
    let token = try maker == .softHSM ? SharedToken.softHSM().copy() : ThrowawayToken(maker)
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let outcome = try token.run(
      "/usr/bin/env",
      [
        "KEYROLL_TEST_NEW_KEY_TOKEN=\(maker.label)", bundle, "--testing-library", "swift-testing", "--filter",
        "ConfiguredKeyMakerTests",
      ])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains("\(Self.proof) \(maker.label)"), "\(outcome)")
  }

  @Test(
    "a key is made, certified, finished, found taken and taken back again",
    .enabled(if: token != nil, "it runs in the child that the other test starts"))
  func making() throws {
    let label = try #require(Self.token)
    let backend = PKCS11Backend(cryptography: OpenSSLCryptography())
    defer { backend.close() }
    let secrets = FixedSecrets(ThrowawayToken.pin)
    func reference(_ text: String) throws -> KeyReference { try KeyReference(text, of: [PKCS11URI.syntax]) }
    let isTPM = label == ThrowawayToken.Maker.tpm2.label
    func maker(_ name: String) throws -> TokenKeyMaker {
      try TokenKeyMaker(backend, at: reference("pkcs11:token=\(label);object=\(name)"), secrets: secrets)
    }
    let key = try maker("kept").make(KeyDescription(rsaBitCount: isTPM ? 2048 : 3072))
    let certificate = try NewTokenKeys.certificate(try key.signer(for: .rs256))
    let finished = try key.finish(with: certificate)
    #expect(finished.protection?.hasPrefix("sensitive, not extractable") ?? false, "\(finished)")
    // The store of tpm2-pkcs11 accepts certificates too.
    let stored = try backend.store(certificate, besideKeyAt: reference(finished.reference), secrets: secrets)
    #expect(stored.isNew, "\(stored)")
    #expect(try !backend.store(certificate, besideKeyAt: reference(finished.reference), secrets: secrets).isNew)
    let signer = try backend.signer(
      for: KeyRequest(reference(finished.reference), algorithm: .rs256, at: 1_800_000_000, secrets: secrets))
    #expect(signer.certificates == [certificate])
    // The same label again, and the same id under another label: NSS would overwrite the old key.
    let id = try #require(finished.reference.split(separator: ";").first { $0.hasPrefix("id=") }?.prefix { $0 != "?" })
    for name in ["kept", "other;\(id)"] {
      let again = try maker(name)
      let error = #expect(throws: KeyMakingError.self) { try again.make(KeyDescription(rsaBitCount: 2048)) }
      #expect(error?.code == .keyTaken && again.objectsInTheWay.count >= 2, "\(String(describing: error))")
    }
    // The other one is removed again; a TPM without a resource manager has no room for one.
    if !isTPM {
      let second = try maker("passing")
      let passing = try second.make(KeyDescription(rsaBitCount: 2048))
      try passing.discard()
      #expect(second.leftovers.isEmpty)
    }
    try key.discard()
    for reference in [finished.reference, "pkcs11:token=\(label);object=passing"] {
      #expect(throws: KeyError.self) {
        _ = try backend.signer(
          for: KeyRequest(
            KeyReference(reference, of: [PKCS11URI.syntax]), algorithm: .rs256, at: 0, secrets: secrets))
      }
    }
    print("\(Self.proof) \(label): \(finished.protection ?? "")")
  }
}
