import Foundation
import Messages
import OpenSSLCrypto
import Signing
import SigningTesting
import System
import TestSupport
import Testing

@Suite("PEMBackend")
struct PEMBackendTests {
  private func signer(_ rest: String, secrets: any SecretProvider = NoSecrets()) throws(KeyError) -> any Signer {
    let registry = KeyRegistry(PEMBackend())
    return try registry.signer(
      for: KeyRequest(registry.reference("pem:\(rest)"), algorithm: .rs256, at: 0, secrets: secrets))
  }

  private func refusal(_ rest: String, secrets: any SecretProvider = NoSecrets()) -> KeyError? {
    do throws(KeyError) {
      _ = try signer(rest, secrets: secrets)
      return nil
    } catch {
      return error
    }
  }

  private func chain(_ rest: String) throws -> [String] { try signer(rest).certificates.map(\.subject) }

  private static let wholeChain = ["leaf", "intermediate", "root"].map { "CN=\($0),O=keyroll fixtures" }

  @Test("a key alone has no certificates") func bare() throws {
    #expect(try chain(Fixtures.path("keys/rsa-2048.pem")) == [])
  }

  @Test(
    "the chain is ordered by issuer, whatever the order of the file",
    arguments: ["pem/chain.pem", "pem/chain-shuffled.pem", "keys/rsa-2048.pem;cert=certificates/chain-shuffled.pem"])
  func order(_ reference: String) throws {
    let rest = reference.split(separator: ";cert=").map { Fixtures.path(String($0)) }.joined(separator: ";cert=")
    #expect(try chain(rest) == Self.wholeChain)
  }

  @Test("certificates that did not issue the leaf are left out") func unrelated() throws {
    #expect(try chain(Fixtures.path("pem/two-unrelated-certificates.pem")).count == 1)
  }

  @Test("a certificate in another file is the leaf, and its issuers may be beside the key") func issuersBesideKey()
    throws
  {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      Fixtures.bytes("pem/pkcs8.pem") + Fixtures.bytes("certificates/chain.pem"), to: "key.pem")
    #expect(try chain("\(file);cert=\(Fixtures.path("certificates/self-signed.pem"))").count == 1)
    #expect(try chain("\(file);cert=\(Fixtures.path("certificates/leaf.pem"))") == Self.wholeChain)
  }

  @Test("two certificates for the key are an error that lists them both") func severalCertificates() throws {
    let folder = try TemporaryFolder()
    let parts = try ["pem/pkcs8.pem", "certificates/leaf.pem", "certificates/renewed.pem"].flatMap {
      try Fixtures.bytes($0)
    }
    let error = try #require(refusal(folder.write(parts, to: "key.pem")))
    #expect(error.code == .severalCertificates)
    #expect(error.message.components(separatedBy: "SHA-1").count == 3)
    #expect(error.hint == "give only the one that is meant, in a file of its own")
  }

  @Test("the same certificate twice is one") func sameCertificateTwice() throws {
    let folder = try TemporaryFolder()
    let parts = try ["pem/pkcs8.pem", "certificates/leaf.pem", "certificates/leaf.pem"].flatMap {
      try Fixtures.bytes($0)
    }
    #expect(try chain(folder.write(parts, to: "key.pem")).count == 1)
  }

  @Test("several keys are listed with ids, and an id opens its key") func severalKeys() throws {
    let error = try #require(refusal(Fixtures.path("pem/two-keys.pem")))
    #expect(error.code == .severalKeys)
    for key in ["rsa-2048", "rsa-2048-other"] {
      let publicKey = try signer(Fixtures.path("keys/\(key).pem")).publicKey
      let id = publicKey.sha256Fingerprint.map { String(format: "%02x", $0) }.joined()
      #expect(error.message.contains(id))
      #expect(try signer("\(Fixtures.path("pem/two-keys.pem"));id=\(id.uppercased())").publicKey == publicKey)
    }
    #expect(refusal("\(Fixtures.path("pem/two-keys.pem"));id=00")?.code == .noSuchKey)
  }

  @Test("the same key in two formats is one") func sameKeyTwice() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Fixtures.bytes("pem/pkcs8.pem") + Fixtures.bytes("pem/pkcs1.pem"), to: "key.pem")
    #expect(try signer(file).certificates.isEmpty)
  }

  @Test("a password is asked for once, with the reference, and only if a key needs it") func password() throws {
    let folder = try TemporaryFolder()
    let encrypted = try Fixtures.bytes("pem/pkcs8-aes256.pem") + Fixtures.bytes("pem/traditional-aes256.pem")
    let file = try folder.write(encrypted, to: "two.pem")
    let secrets = FixedSecrets("correct horse")
    _ = try signer(file, secrets: secrets)
    #expect(secrets.requests == [SecretRequest(purpose: .password, subject: "pem:\(file)")])
    let unasked = FixedSecrets("correct horse")
    _ = try signer(Fixtures.path("pem/chain.pem"), secrets: unasked)
    #expect(unasked.requests.isEmpty)
  }

  @Test("an error of a provider is passed on") func unavailable() {
    struct Broken: SecretProvider {
      func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? {
        throw KeyError(.secretUnavailable, "no terminal")
      }
    }
    #expect(refusal(Fixtures.path("pem/pkcs8-aes256.pem"), secrets: Broken())?.code == .secretUnavailable)
  }

  @Test("a path is unescaped before it is opened") func escapedPath() throws {
    let folder = try TemporaryFolder()
    try folder.write(Fixtures.bytes("pem/pkcs8.pem"), to: "a;b 100%.pem")
    #expect(refusal(folder.path("a%3Bb 100%25.pem")) == nil)
    #expect(refusal(folder.path("a;b 100%.pem"))?.code == .malformedKeyReference)
  }

  @Test("64 MiB of zeros are not read") func zeros() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write([], to: "zeros.pem")
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
    try handle.truncate(atOffset: 64 << 20)
    try handle.close()
    #expect(refusal(file)?.code == .fileTooLarge)
    #expect(refusal("/dev/zero")?.code == .fileTooLarge)
  }

  @Test("a flipped byte anywhere in a key never opens as another key", arguments: ["pem/pkcs8.der", "pem/pkcs1.der"])
  func flipped(_ name: String) throws {
    let folder = try TemporaryFolder()
    let whole = try Fixtures.bytes(name)
    let key = try signer(Fixtures.path(name)).publicKey
    for index in stride(from: 0, to: whole.count, by: 11) {
      var bytes = whole
      bytes[index] ^= 0x10
      let file = try folder.write(bytes, to: "key.der")
      // Only the outer frame has bytes that no reader needs.
      if let opened = try? signer(file) { #expect(opened.publicKey == key) }
    }
  }

  @Test("no message shows the contents of a key file") func secrecy() throws {
    let secrets = FixedSecrets("open sesame")
    let error = try #require(refusal(Fixtures.path("pem/pkcs8-aes256.pem"), secrets: secrets))
    #expect(error.code == .wrongPassword)
    #expect(!error.description.contains("sesame") && error.hint?.contains("sesame") != true)
  }

  @Test("a PFX is refused with the reference that opens it") func pfx() {
    let error = refusal(Fixtures.path("pfx/openssl-default.p12"))
    #expect(error?.code == .unrecognisedKeyFile)
    #expect(error?.hint?.contains("pfx:") == true)
  }
}
