import OpenSSLCrypto
import Signing
import SigningTesting
import TestSupport
import Testing

@Suite("The backends of this room pass SignerConformance", .tags(.slow))
struct BackendConformanceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let backend: any KeyBackend
    let reference: String
    var algorithms = SignatureAlgorithm.allCases
    var password: String?

    var testDescription: String { "\(backend.scheme) \(reference)" }
  }

  static let cases = [
    Case(backend: PEMBackend(), reference: "pem:\(Fixtures.path("keys/rsa-2048.pem"))"),
    Case(backend: PEMBackend(), reference: "pem:\(Fixtures.path("pem/chain-shuffled.pem"))"),
    Case(
      backend: PEMBackend(),
      reference: "pem:\(Fixtures.path("keys/rsa-4096.pem"));cert=\(Fixtures.path("certificates/rsa-4096.pem"))"),
    Case(backend: PEMBackend(), reference: "pem:\(Fixtures.path("pem/pkcs8-aes256.pem"))", password: "correct horse"),
    Case(
      backend: PEMBackend(), reference: "pem:\(Fixtures.path("pem/traditional-aes256.pem"))", password: "correct horse"),
    Case(
      backend: PEMBackend(), reference: "pem:\(Fixtures.path("keys/rsa-pss.pem"))",
      algorithms: [.ps256, .ps384, .ps512]),
    Case(backend: PEMBackend(), reference: "pem:\(Fixtures.path("keys/rsa-pss-sha256.pem"))", algorithms: [.ps256]),
    Case(backend: PFXBackend(), reference: "pfx:\(Fixtures.path("pfx/openssl-chain.p12"))", password: "correct horse"),
    Case(backend: PFXBackend(), reference: "pfx:\(Fixtures.path("pfx/openssl-legacy.p12"))", password: "correct horse"),
    Case(backend: FileBackend(), reference: Fixtures.path("pem/pkcs1.der")),
    Case(backend: FileBackend(), reference: Fixtures.path("pfx/base64.txt")),
  ]

  @Test("a key does everything that callers rely on", arguments: cases)
  func conformance(_ test: Case) async throws {
    let suite = SignerConformance(
      of: test.backend, try KeyReference(test.reference, of: [test.backend.syntax]), algorithms: test.algorithms,
      secrets: FixedSecrets(test.password), wrongSecrets: test.password.map { FixedSecrets("\($0).") }
    ) { key throws(KeyError) in try RSASignatureVerifier(key) }
    let findings = await suite.findings()
    #expect(findings.isEmpty, "\(findings)")
  }
}
