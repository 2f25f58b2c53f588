import Foundation
import OpenSSLCrypto
import PKCS11
import Signing
import SigningTesting
import TestSupport
import Testing

/// Modules of other makers. p11-kit must be configured for them, so the suite runs in a child
/// process that is.
@Suite(.tags(.hsm, .slow)) struct ConfiguredTokenTests {
  /// Set in the child alone.
  private static let reference = ProcessInfo.processInfo.environment["KEYROLL_TEST_REFERENCE"]

  @Test(
    "keys of every maker pass the conformance suite, wherever p11-kit finds them",
    .enabled(if: reference == nil),
    arguments: ThrowawayToken.Maker.allCases.filter(ThrowawayToken.isAvailable),
    ["object=rsa-2048;type=private", "object=opensc"])
  func everyMaker(maker: ThrowawayToken.Maker, selection: String) throws {
    let token = try maker == .softHSM ? SharedToken.softHSM().copy() : ThrowawayToken(maker)
    // The largest key that OpenSC made on it.
    let made = try token.objects().last { $0.contains("object=opensc") && $0.contains("type=private") }
    let object =
      selection == "object=opensc"
      ? made?.split(separator: ";").first { $0.hasPrefix("object=") } : Substring(selection)
    let reference = "pkcs11:token=\(maker.label);\(try #require(object))"
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let outcome = try token.run(
      "/usr/bin/env",
      [
        "KEYROLL_TEST_REFERENCE=\(reference)", bundle, "--testing-library", "swift-testing", "--filter",
        "ConfiguredTokenTests",
      ])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains("\(Self.proof) \(reference)"), "\(outcome)")
  }

  private static let proof = "no findings for"

  @Test(
    "the named key passes the conformance suite",
    .enabled(if: reference != nil, "it runs in the child that the other test starts"))
  func conformance() async throws {
    let text = try #require(Self.reference)
    let backend = PKCS11Backend(cryptography: OpenSSLCryptography())
    defer { backend.close() }
    let findings = await SignerConformance(
      of: backend, try KeyReference(text, of: [PKCS11URI.syntax]), secrets: FixedSecrets(ThrowawayToken.pin),
      wrongSecrets: FixedSecrets("00000000"), verifier: TokenKeys.verifier
    ).findings()
    #expect(findings.isEmpty, "\(findings)")
    // Checked by the parent, which would not notice a skipped suite.
    if findings.isEmpty { print("\(Self.proof) \(text)") }
  }
}
