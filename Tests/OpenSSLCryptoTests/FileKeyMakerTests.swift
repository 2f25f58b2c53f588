import Encodings
import Foundation
import Messages
import OpenSSLCrypto
import Signing
import SigningTesting
import System
import TestSupport
import Testing

@Suite("FileKeyMaker", .timeLimit(.minutes(5)))
struct FileKeyMakerTests {
  private static let password = "correct horse"

  private func maker(
    _ path: String, _ format: FileKeyMaker.Format, password: String? = Self.password
  ) throws(KeyMakingError) -> FileKeyMaker {
    let bytes = password.map { Array($0.utf8) }
    return try FileKeyMaker(path: path, format: format, password: bytes.map { SecretBytes(copying: $0.span) })
  }

  /// Makes a key with its certificate, from the first step to the last.
  private func make(
    _ path: String, _ format: FileKeyMaker.Format, password: String? = Self.password, subject: String = "Payroll 2027"
  ) throws -> (finished: FinishedKey, certificate: Certificate, key: any MadeKey) {
    let key = try maker(path, format, password: password).make(KeyDescription(rsaBitCount: 2048))
    let certificate = try NewCertificate.issuer.certificate(
      NewCertificate.contents(subject), signedBy: key.signer(for: .rs256))
    return (try key.finish(with: certificate), certificate, key)
  }

  private func open(_ reference: String, password: String? = Self.password) throws -> any Signer {
    let registry = KeyRegistry(PEMBackend(), PFXBackend())
    let secrets: any SecretProvider = password.map { FixedSecrets($0) } ?? NoSecrets()
    return try registry.signer(
      for: KeyRequest(registry.reference(reference), algorithm: .rs256, at: NewCertificate.now, secrets: secrets))
  }

  @Test("a PEM file has the key under PBES2 with the documented parameters, and then the certificate") func pem() throws
  {
    let folder = try TemporaryFolder()
    let (finished, certificate, key) = try make(folder.path("new.pem"), .pem)
    #expect(finished.reference == "pem:\(folder.path("new.pem"))")
    #expect(finished.protection == "AES-256, PBKDF2-HMAC-SHA256 100,000 rounds")
    let signer = try open(finished.reference)
    #expect(signer.publicKey == key.publicKey && signer.certificates == [certificate] && signer.notes == [])
    #expect(try folder.mode("new.pem") == 0o600)
    #expect(try folder.names() == ["new.pem"])
    let text = try String(bytes: folder.bytes("new.pem"), encoding: .utf8)
    #expect(text?.hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----\n") == true)
    #expect(text?.hasSuffix(certificate.pem) == true)
    let structure = try Judge.run("/usr/bin/openssl", ["asn1parse", "-in", folder.path("new.pem")]).output
    for part in ["PBES2", "PBKDF2", "hmacWithSHA256", "aes-256-cbc", "INTEGER           :0186A0"] {
      #expect(structure.contains(part), "\(part) in \(structure)")
    }
    let salt = try #require(structure.split(separator: "\n").first { $0.contains("[HEX DUMP]") })
    #expect(salt.contains("l=  16"))
    let check = try Judge.run(
      "/usr/bin/openssl",
      ["pkey", "-in", folder.path("new.pem"), "-passin", "pass:\(Self.password)", "-check", "-noout"])
    #expect(check.output == "Key is valid\n", "\(check)")
  }

  @Test("only a PEM file may have no password, and there is a warning") func withoutPassword() throws {
    let folder = try TemporaryFolder()
    #expect(try maker(folder.path("a"), .pem, password: nil).passwordWarning == FileKeyMaker.PasswordWarning.none)
    let (finished, certificate, _) = try make(folder.path("new.pem"), .pem, password: nil)
    #expect(finished.protection == nil)
    #expect(try open(finished.reference, password: nil).certificates == [certificate])
    #expect(try folder.mode("new.pem") == 0o600)
    let check = try Judge.run("/usr/bin/openssl", ["pkey", "-in", folder.path("new.pem"), "-check", "-noout"])
    #expect(check.output == "Key is valid\n", "\(check)")
    for format in [FileKeyMaker.Format.pfx(.standard), .pfx(.oldWindows)] {
      #expect(NewCertificate.id { _ = try maker(folder.path("a"), format, password: nil) } == "password-required")
      #expect(NewCertificate.id { _ = try maker(folder.path("a"), format, password: "") } == "password-required")
    }
    #expect(NewCertificate.id { _ = try maker(folder.path("a"), .pem, password: "") } == "password-required")
  }

  @Test(
    "a key without a certificate can be opened",
    arguments: [FileKeyMaker.Format.pem, .pfx(.standard), .pfx(.oldWindows)])
  func bareKey(_ format: FileKeyMaker.Format) throws {
    let folder = try TemporaryFolder()
    let key = try maker(folder.path("neu ä;100%"), format).make(KeyDescription(rsaBitCount: 2048, label: "roll"))
    let finished = try key.finish(with: nil)
    #expect(finished.reference.hasSuffix("/neu ä%3B100%25"))
    let signer = try open(finished.reference)
    #expect(signer.publicKey == key.publicKey && signer.certificates == [])
  }

  @Test(
    "a PFX names its key by the subject and by the SHA-1 of the certificate",
    arguments: [KeyFileProtection.standard, .oldWindows])
  func attributes(_ protection: KeyFileProtection) throws {
    let folder = try TemporaryFolder()
    let (finished, certificate, _) = try make(folder.path("new.pfx"), .pfx(protection), subject: "Payroll ä")
    #expect(try open("\(finished.reference);name=Payroll ä").certificates == [certificate])
    let id = Hexadecimal.lowerCase(certificate.sha1Thumbprint)
    #expect(try open("\(finished.reference);id=\(id)").certificates == [certificate])
    #expect(try folder.mode("new.pfx") == 0o600)
    #expect(try folder.names() == ["new.pfx"])
  }

  @Test("the parameters of both forms of PFX are those of the table") func parameters() throws {
    let folder = try TemporaryFolder()
    for (protection, expected) in [
      (
        KeyFileProtection.standard,
        """
        MAC: sha256, Iteration 100000
        MAC length: 32, salt length: 16
        PKCS7 Encrypted data: PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256
        Certificate bag
        PKCS7 Data
        Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256

        """
      ),
      (
        .oldWindows,
        """
        MAC: sha1, Iteration 100000
        MAC length: 20, salt length: 16
        PKCS7 Encrypted data: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 100000
        Certificate bag
        PKCS7 Data
        Shrouded Keybag: pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 100000

        """
      ),
    ] {
      let path = folder.path("\(protection).pfx")
      _ = try make(path, .pfx(protection))
      let outcome = try Judge.run(
        "/usr/bin/openssl", ["pkcs12", "-in", path, "-info", "-noout", "-passin", "pass:\(Self.password)"])
      #expect(outcome.status == 0 && outcome.error == expected, "\(outcome)")
    }
  }

  @Test("five programs open both forms of PFX", arguments: [KeyFileProtection.standard, .oldWindows])
  func readers(_ protection: KeyFileProtection) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("new.pfx")
    let (_, certificate, _) = try make(path, .pfx(protection))
    let sha1 = Hexadecimal.lowerCase(certificate.sha1Thumbprint)

    let openssl = try Judge.run(
      "/usr/bin/openssl", ["pkcs12", "-in", path, "-nodes", "-passin", "pass:\(Self.password)"])
    #expect(openssl.status == 0 && openssl.output.contains(certificate.pem), "\(openssl)")
    #expect(openssl.output.contains("friendlyName: Payroll 2027"))

    let certtool = try Judge.run(
      "/usr/bin/certtool", ["--p12-info", "--inder", "--infile", path, "--password", Self.password])
    #expect(certtool.status == 0 && certtool.output.contains("BEGIN CERTIFICATE"), "\(certtool)")

    let database = "sql:\(folder.path(""))"
    #expect(try Judge.run("/usr/bin/certutil", ["-N", "-d", database, "--empty-password"]).status == 0)
    let pk12util = try Judge.run("/usr/bin/pk12util", ["-i", path, "-W", Self.password, "-d", database, "-K", ""])
    #expect(pk12util.status == 0 && pk12util.output.contains("PKCS12 IMPORT SUCCESSFUL"), "\(pk12util)")

    let keytool = try Judge.run(
      "/usr/bin/keytool", ["-list", "-v", "-storetype", "PKCS12", "-keystore", path, "-storepass", Self.password])
    #expect(keytool.status == 0 && keytool.output.contains("PrivateKeyEntry"), "\(keytool)")

    if Judge.python != nil {
      let pyca = try Judge.run(script: "judge_certificate", ["pfx", path, Self.password])
      #expect(
        pyca.output == """
          {"key-size": 2048, "name": "Payroll 2027", "same-key": true, "sha1": "\(sha1)"}
          """, "\(pyca)")
    }
  }

  @Test("a password outside ASCII opens its file, and gives a warning only for a PFX") func otherPassword() throws {
    let folder = try TemporaryFolder()
    let password = "pässwörd 漢"
    for format in [FileKeyMaker.Format.pem, .pfx(.standard), .pfx(.oldWindows)] {
      let path = folder.path("new-\(format.scheme)-\(UUID())")
      #expect(try maker(path, format, password: password).passwordWarning == (format == .pem ? nil : .notASCII))
      let (finished, certificate, _) = try make(path, format, password: password)
      #expect(try open(finished.reference, password: password).certificates == [certificate])
    }
    #expect(try maker(folder.path("a"), .pfx(.standard)).passwordWarning == nil)
  }

  @Test("keys of every offered size are made", arguments: [2048, 3072, 4096])
  func sizes(_ bitCount: Int) throws {
    let folder = try TemporaryFolder()
    let key = try maker(folder.path("new.pem"), .pem).make(KeyDescription(rsaBitCount: bitCount))
    guard case .rsa(let numbers) = key.publicKey.kind else {
      Issue.record("the key is \(key.publicKey.summary)")
      return
    }
    #expect(numbers.bitCount == bitCount && numbers.exponent == [1, 0, 1])
    #expect(try folder.names() == [])
  }

  @Test(
    "an existing file stays as it is, in content, inode and mode",
    arguments: [FileKeyMaker.Format.pem, .pfx(.standard)])
  func existing(_ format: FileKeyMaker.Format) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("precious".utf8), to: "new")
    let before = try FileManager.default.attributesOfItem(atPath: path)
    #expect(NewCertificate.id { try maker(path, format).check(KeyDescription()) } == "output-exists")
    #expect(
      NewCertificate.id { _ = try maker(path, format).make(KeyDescription(rsaBitCount: 2048)) } == "output-exists")
    // A file that appears while the key is made.
    try FileManager.default.removeItem(atPath: path)
    let key = try maker(path, format).make(KeyDescription(rsaBitCount: 2048))
    try folder.write(Array("precious".utf8), to: "new")
    let between = try FileManager.default.attributesOfItem(atPath: path)
    #expect(NewCertificate.id { _ = try key.finish(with: nil) } == "output-exists")
    let after = try FileManager.default.attributesOfItem(atPath: path)
    #expect(try folder.bytes("new") == Array("precious".utf8))
    #expect(after[.systemFileNumber] as? Int == between[.systemFileNumber] as? Int)
    #expect(after[.posixPermissions] as? Int == before[.posixPermissions] as? Int)
    #expect(after[.modificationDate] as? Date == between[.modificationDate] as? Date)
    #expect(try folder.names() == ["new"])
    try key.discard()
    #expect(try folder.bytes("new") == Array("precious".utf8))
  }

  @Test("neither a link nor a folder is replaced, and a folder must be there") func destinations() throws {
    let folder = try TemporaryFolder()
    try folder.link("dangling", to: folder.path("nowhere"))
    for (path, id) in [
      (folder.path("dangling"), "output-exists"), (folder.path("."), "output-unwritable"),
      (folder.path("missing/new.pem"), "output-unwritable"), (folder.path("") + "/", "output-unwritable"),
      ("", "output-unwritable"), ("-", "output-unwritable"), ("/dev/null", "output-exists"),
    ] {
      #expect(NewCertificate.id { try maker(path, .pem).check(KeyDescription()) } == id, "\(path)")
    }
    #expect(try folder.names() == ["dangling"])
  }

  @Test("a key that is discarded leaves nothing, finished or not") func discarded() throws {
    let folder = try TemporaryFolder()
    let (_, _, key) = try make(folder.path("new.pem"), .pem)
    try key.discard()
    #expect(try folder.names() == [])
    try key.discard()
    let unfinished = try maker(folder.path("new.pem"), .pem).make(KeyDescription(rsaBitCount: 2048))
    try unfinished.discard()
    #expect(try folder.names() == [])
  }

  @Test("a file that took the place of the new one is not discarded with it") func replaced() throws {
    let folder = try TemporaryFolder()
    let (_, _, key) = try make(folder.path("new.pem"), .pem)
    try FileManager.default.moveItem(atPath: folder.path("new.pem"), toPath: folder.path("kept.pem"))
    try folder.write(Array("other".utf8), to: "new.pem")
    try key.discard()
    #expect(try folder.names() == ["kept.pem", "new.pem"])
  }

  @Test("the certificate of another key is not put beside the new one") func otherCertificate() throws {
    let folder = try TemporaryFolder()
    let key = try maker(folder.path("new.pem"), .pem).make(KeyDescription(rsaBitCount: 2048))
    #expect(NewCertificate.id { _ = try key.finish(with: NewCertificate.make()) } == "certificate-mismatch")
    #expect(try folder.names() == [])
  }
}
