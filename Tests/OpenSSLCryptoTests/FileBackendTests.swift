import Messages
import OpenSSLCrypto
import Signing
import SigningTesting
import TestSupport
import Testing

@Suite("FileBackend")
struct FileBackendTests {
  private func signer(_ path: String, password: String? = nil) throws(KeyError) -> any Signer {
    let registry = KeyRegistry(PEMBackend(), PFXBackend(), FileBackend())
    return try registry.signer(
      for: KeyRequest(registry.reference(path), algorithm: .ps256, at: 0, secrets: FixedSecrets(password)))
  }

  @Test(
    "the kind of file is found by its content, whatever its name",
    arguments: [
      ("pem/chain.pem", nil), ("pem/pkcs8.der", nil), ("pem/pkcs1.der", nil), ("pem/pkcs8-aes256.der", "correct horse"),
      ("pfx/openssl-default.p12", "correct horse"), ("pfx/base64-one-line.txt", nil),
      ("pfx/indefinite-length.p12", "correct horse"),
    ] as [(String, String?)])
  func kind(_ name: String, _ password: String?) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Fixtures.bytes(name), to: "key")
    #expect(try signer(file, password: password).publicKey.summary == "RSA 2048")
  }

  @Test("a key in DER opens from base64 text too") func base64() throws {
    let pem = try String(decoding: Fixtures.bytes("pem/pkcs8.pem"), as: UTF8.self)
    let text = pem.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
    let folder = try TemporaryFolder()
    let file = try folder.write(Array(text.utf8), to: "key.txt")
    #expect(try signer(file).publicKey.summary == "RSA 2048")
  }

  @Test("a path has no attributes and no escapes") func literalPath() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Fixtures.bytes("pem/pkcs8.pem"), to: "a;cert=b%3B.pem")
    #expect(try signer(file).certificates.isEmpty)
  }

  @Test("a missing file has its own error") func absent() throws {
    let folder = try TemporaryFolder()
    do throws(KeyError) {
      _ = try signer(folder.path("absent.pem"))
      Issue.record("it opens")
    } catch {
      #expect(error.code == .fileUnreadable)
    }
  }
}
