import ExternalProgram
import OpenSSLCrypto
import Signing
import SigningTesting
import TestSupport
import Testing

@Suite("The example programs pass SignerConformance", .tags(.process))
struct ExampleConformanceTests {
  private func findings(
    _ reference: String, algorithms: [SignatureAlgorithm] = SignatureAlgorithm.allCases,
    environment: [String: String] = [:]
  ) async throws -> [ConformanceFinding] {
    let backend = CommandBackend(cryptography: OpenSSLCryptography(), environment: environment)
    let suite = SignerConformance(
      of: backend, try KeyReference(reference, of: [backend.syntax]), algorithms: algorithms
    ) {
      key throws(KeyError) in try RSASignatureVerifier(key)
    }
    return await suite.findings()
  }

  @Test("over openssl") func openssl() async throws {
    let (key, certificate) = (Fixtures.path("keys/rsa-2048.pem"), Fixtures.path("certificates/leaf.pem"))
    let findings = try await findings("command:\(ExampleProgram.openssl);cert=\(certificate);key=\(key)")
    #expect(findings.isEmpty, "\(findings)")
  }

  /// With only one algorithm, because every signature starts Python and opens a connection.
  @Test("over a key vault's sign call", .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)))
  func keyVault() async throws {
    let vault = try VaultStandIn(key: Fixtures.path("keys/rsa-pss-sha256.pem"))
    let certificate = Fixtures.path("certificates/rsa-pss-sha256.pem")
    let folder = try TemporaryFolder()
    let token = try folder.write(Array("\(VaultStandIn.token)\n".utf8), to: "token")
    let findings = try await findings(
      "command:\(ExampleProgram.keyVault);cert=\(certificate);key=\(vault.key)", algorithms: [.ps256],
      environment: ["KEY_VAULT_TOKEN_FILE": token])
    #expect(findings.isEmpty, "\(findings)")
  }
}
