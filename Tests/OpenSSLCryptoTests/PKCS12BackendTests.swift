import Foundation
import Messages
import OpenSSLCrypto
import Signing
import SigningTesting
import TestSupport
import Testing

@Suite("PFXBackend")
struct PKCS12BackendTests {
  private func open(_ text: String, password: String? = "correct horse") throws(KeyError) -> any Signer {
    let registry = KeyRegistry(PFXBackend())
    return try registry.signer(
      for: KeyRequest(registry.reference(text), algorithm: .rs256, at: 0, secrets: FixedSecrets(password)))
  }

  private func error(_ text: String, password: String? = "correct horse") -> KeyError? {
    do throws(KeyError) {
      _ = try open(text, password: password)
      return nil
    } catch { return error }
  }

  private let path = Fixtures.path("pfx/openssl-default.p12")

  @Test("a certificate from another file replaces those in the PFX")
  func certificateFile() throws {
    let bare = Fixtures.path("pfx/openssl-no-certificate.p12")
    #expect(try open("pfx:\(bare)").certificates.isEmpty)
    #expect(try open("pfx:\(bare);cert=\(Fixtures.path("certificates/leaf.pem"))").certificates.count == 1)
    let other = Fixtures.path("certificates/ec-p256.pem")
    #expect(error("pfx:\(path);cert=\(other)")?.code == .certificateMismatch)
    #expect(error("pfx:\(path);cert=\(path)")?.code != nil)
    #expect(error("pfx:\(path);cert=\(path).none")?.code == .fileUnreadable)
  }

  @Test(
    "an attribute that is unknown, empty, repeated or badly escaped is refused before the file is read",
    arguments: [
      ";", ";name", ";name=", ";other=1", ";Name=a", ";name=a;name=a", ";name=%4", ";name=%zz", ";id=0", ";id=xy",
    ])
  func attributes(_ text: String) { #expect(error("pfx:none.p12\(text)")?.code == .malformedKeyReference) }

  @Test(
    "the chain runs from the leaf to the root, in whatever order the file has it",
    arguments: ["openssl-chain.p12", "chain-shuffled.p12"])
  func chain(_ file: String) throws {
    let certificates = try open("pfx:\(Fixtures.path("pfx/\(file)"))").certificates
    #expect(certificates.count > 1)
    for (certificate, issuer) in zip(certificates, certificates.dropFirst()) {
      #expect(certificate.issuerDER == issuer.subjectDER)
    }
  }

  @Test("several keys are listed by name and id, with a reference to copy that opens one of them")
  func listsKeys() throws {
    let reference = "pfx:\(Fixtures.path("pfx/keytool-two-keys.p12"))"
    let refusal = try #require(error(reference))
    #expect(refusal.message.contains("\"first\"") && refusal.message.contains("\"second\""))
    let copied = try #require(refusal.hint?.split(separator: " ").last { $0.hasPrefix(reference) })
    #expect(error(String(copied)) == nil)
  }

  @Test("a file of more than a MiB is not read")
  func tooLarge() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).p12")
    defer { try? FileManager.default.removeItem(at: file) }
    #expect(FileManager.default.createFile(atPath: file.path, contents: nil))
    let handle = try FileHandle(forWritingTo: file)
    try handle.truncate(atOffset: 64 << 20)
    try handle.close()
    #expect(error("pfx:\(file.path)")?.code == .fileTooLarge)
  }

  @Test("no error contains the password")
  func noSecrets() throws {
    let password = "vERY sECRET"
    let refusal = try #require(error("pfx:\(path)", password: password))
    #expect(refusal.code == .wrongPassword)
    #expect(!refusal.message.contains(password) && !(refusal.hint ?? "").contains(password))
  }
}
