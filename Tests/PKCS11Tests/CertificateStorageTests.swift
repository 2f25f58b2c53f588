import Encodings
import Foundation
import Messages
import OpenSSLCrypto
import PKCS11
import Signing
import SigningTesting
import TestSupport
import Testing

@Suite("CertificateStore of PKCS11Backend", .enabled(if: TokenKeys.isAvailable, TokenKeys.absence))
struct CertificateStorageTests {
  private let keys: NewTokenKeys
  private let backend = NewTokenKeys.backend()

  init() throws { keys = try NewTokenKeys() }

  private func store(_ certificate: Certificate, at selection: String) throws(KeyMakingError) -> StoredCertificate {
    let reference: KeyReference
    do { reference = try KeyReference(keys.uri(selection), of: [PKCS11URI.syntax]) } catch {
      throw KeyMakingError(error)
    }
    return try backend.store(certificate, besideKeyAt: reference, secrets: FixedSecrets(ThrowawayToken.pin))
  }

  private func signer(_ selection: String) throws -> any Signer {
    try backend.signer(
      for: KeyRequest(
        KeyReference(keys.uri(selection), of: [PKCS11URI.syntax]), algorithm: .rs256, at: 1_800_000_000,
        secrets: FixedSecrets(ThrowawayToken.pin)))
  }

  @Test("a stored certificate is beside its key, and is not stored a second time")
  func storing() throws {
    defer { backend.close() }
    let certificate = try NewTokenKeys.certificate(try signer("object=no-certificate"))
    let first = try store(certificate, at: "object=no-certificate")
    #expect(first.isNew && first.reference.contains("object=no-certificate;id=%06;type=cert"), "\(first)")
    #expect(try signer("object=no-certificate").certificates == [certificate])
    let again = try store(certificate, at: "object=no-certificate")
    #expect(!again.isNew && again.reference == first.reference && again.notes.isEmpty)
    #expect(try keys.fault.calls(of: "C_CreateObject").count == 1)
    #expect(try keys.kinds(labelled: "no-certificate") == ["Certificate", "Private Key", "Public Key"])
  }

  @Test("OpenSSL reads back what was stored, also with a serial number whose first bit is set")
  func readBack() throws {
    defer { backend.close() }
    let signer = try signer("object=no-certificate")
    let certificate = try NewTokenKeys.certificate(signer, serialNumber: [0x80, 1])
    _ = try store(certificate, at: "object=no-certificate")
    let folder = try TemporaryFolder()
    let outcome = try keys.token.run(
      "/usr/bin/pkcs11-tool",
      [
        "--module", keys.token.module, "--token-label", "keyroll", "--read-object", "--type", "cert", "--id", "06",
        "--output-file", folder.path("read.der"),
      ])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(try folder.bytes("read.der") == certificate.der)
    let listed = try keys.token.run(
      "/usr/bin/pkcs11-tool",
      ["--module", keys.token.module, "--token-label", "keyroll", "--list-objects", "--type", "cert"])
    #expect(listed.output.contains("DN: CN=Payroll exporter 2027"), "\(listed)")
    #expect(listed.output.contains("serial:     8001") || !listed.output.contains("serial:"), "\(listed)")
  }

  @Test("a certificate of another key is refused, and so is one without a key")
  func mismatch() throws {
    defer { backend.close() }
    let leaf = try #require(
      try OpenSSLCryptography().certificates(inFile: Fixtures.path("certificates/leaf.pem")).first)
    for selection in ["object=opensc-2048", "object=none", "id=%99"] {
      let error = #expect(throws: KeyMakingError.self) { try store(leaf, at: selection) }
      #expect(error?.id == "certificate-mismatch", "\(String(describing: error))")
    }
    #expect(try keys.fault.calls(of: "C_CreateObject").isEmpty)
  }

  @Test("an equal certificate under another name is not written again, and a note says so")
  func elsewhere() throws {
    defer { backend.close() }
    let certificate = try #require(try signer("object=certificate-elsewhere").certificates.first)
    let stored = try store(certificate, at: "object=certificate-elsewhere")
    #expect(
      !stored.isNew && stored.notes == ["the certificate is on the token under another name than its key"],
      "\(stored)")
  }

  @Test(
    "if a token accepts no certificate, the key stays as it is, and the error says how to sign",
    arguments: [
      "CKR_TOKEN_WRITE_PROTECTED", "CKR_DEVICE_MEMORY", "CKR_ATTRIBUTE_VALUE_INVALID", "CKR_FUNCTION_NOT_SUPPORTED",
    ])
  func refused(value: String) throws {
    defer { backend.close() }
    let certificate = try NewTokenKeys.certificate(try signer("object=no-certificate"))
    try keys.fault.plan(["fail C_CreateObject 1 \(value)"])
    let error = #expect(throws: KeyMakingError.self) { try store(certificate, at: "object=no-certificate") }
    #expect(
      error?.code == .certificateNotStored && error?.message.contains("C_CreateObject: \(value)") ?? false,
      "\(String(describing: error))")
    #expect(error?.hint?.contains("?certificate=FILE") ?? false)
    #expect(try keys.kinds(labelled: "no-certificate") == ["Private Key", "Public Key"])
  }

  @Test("a certificate that is there although the token said that it failed is not reported as missing")
  func storedAllTheSame() throws {
    defer { backend.close() }
    let certificate = try NewTokenKeys.certificate(try signer("object=no-certificate"))
    try keys.fault.plan(["answer C_CreateObject 1 CKR_DEVICE_ERROR"])
    let stored = try store(certificate, at: "object=no-certificate")
    #expect(stored.isNew && stored.notes.count == 1, "\(stored)")
    #expect(try keys.kinds(labelled: "no-certificate").contains("Certificate"))
  }

  @Test("a certificate that the token changed and does not remove is named, with what removes it")
  func changed() throws {
    defer { backend.close() }
    let certificate = try NewTokenKeys.certificate(try signer("object=no-certificate"))
    try keys.fault.forgetCalls()
    try keys.fault.plan(["fail C_CreateObject 1 CKR_DEVICE_MEMORY"])
    #expect(throws: KeyMakingError.self) { try store(certificate, at: "object=no-certificate") }
    let calls = try keys.fault.calls()
    let before = try #require(calls.firstIndex { $0.function == "C_CreateObject" })
    let readCount = calls[..<before].count { $0.function == "C_GetAttributeValue" }
    backend.close()
    try keys.fault.plan(["spoil C_GetAttributeValue \(readCount + 1)+", "fail C_DestroyObject 1 CKR_DEVICE_ERROR"])
    let error = #expect(throws: KeyMakingError.self) { try store(certificate, at: "object=no-certificate") }
    #expect(
      error?.code == .certificateNotStored && error?.message.contains("could not be removed again") ?? false
        && error?.hint?.contains("--delete-object --type cert --id 06") ?? false, "\(String(describing: error))")
    #expect(try keys.kinds(labelled: "no-certificate").contains("Certificate"))
  }

  @Test("OpenSSL reads a serial number of any length as it is stored", arguments: [1, 20, 127, 128, 255, 300, 70_000])
  func serialNumber(byteCount: Int) throws {
    for first in [0x41, 0x81] as [UInt8] {
      let magnitude = [first] + [UInt8](repeating: 7, count: byteCount - 1)
      let folder = try TemporaryFolder()
      let path = try folder.write(DERInteger.bytes(ofMagnitude: magnitude), to: "serial.der")
      let outcome = try Judge.run("/usr/bin/openssl", ["asn1parse", "-inform", "DER", "-in", path])
      #expect(outcome.output.hasSuffix("INTEGER           :\(Hexadecimal.upperCase(magnitude))\n"), "\(outcome)")
    }
  }

  @Test("a write-protected token is refused before a PIN is asked for")
  func writeProtected() throws {
    defer { backend.close() }
    let leaf = try #require(
      try OpenSSLCryptography().certificates(inFile: Fixtures.path("certificates/leaf.pem")).first)
    try keys.fault.plan(["set-flags 0x2"])
    let error = #expect(throws: KeyMakingError.self) { try store(leaf, at: "object=rsa-2048") }
    #expect(error?.code == .tokenWriteProtected)
    #expect(try keys.fault.pinTryCount() == 0)
  }
}
