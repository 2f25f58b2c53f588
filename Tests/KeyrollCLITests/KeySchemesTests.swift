import TestSupport
import Testing

@Suite(.tags(.process)) struct KeySchemesTests {
  private static let key = Fixtures.path("keys/rsa-2048.pem")
  private static let certificate = Fixtures.path("certificates/leaf.pem")
  private static let other = Fixtures.path("certificates/expired.pem")

  private func sign(_ options: String...) throws -> Outcome {
    try BuiltCommand.run(["sign", "proof", "--object-id", SignCommandTests.objectID] + options)
  }

  private func refusal(_ message: String, hint: String, status: Int32 = 2) -> Outcome {
    Outcome(status: status, error: "keyroll: error: \(message)\nkeyroll: hint: \(hint)\n")
  }

  @Test(
    "an unknown scheme is not taken for a path, and the text after it is not repeated",
    arguments: [("tpm2:token=a;object=b", "tpm2"), ("Vault:name", "Vault")])
  func unknownScheme(key: String, scheme: String) throws {
    #expect(
      try sign("--key", key)
        == refusal(
          "keyroll does not open key references of the scheme \(scheme), and no file has that name [unknown-key-scheme]",
          hint: "known schemes: file, pem, pfx, pkcs11, command"))
  }

  @Test("attributes after a plain path are explained if there is no file of that name")
  func attributesOfPath() throws {
    #expect(
      try sign("--key", "nowhere.pem;cert=a.pem")
        == refusal(
          "nowhere.pem with the attributes after it is not the name of a file [file-unreadable]",
          hint: "attributes go with a scheme: pem:PATH;name=value or pfx:PATH;name=value"))
  }

  @Test(
    "the error about a missing file of a reference says that it is missing",
    arguments: ["pem:/nonexistent/key.pem", "PFX:/nonexistent/key.p12", "pem:\(key);cert=/nonexistent/cert.pem"])
  func absentFile(key: String) throws {
    let outcome = try sign("--key", key)
    #expect(outcome.status == 2)
    #expect(outcome.error.contains(" cannot be read: no such file or directory [file-unreadable]\n"), "\(outcome)")
  }

  @Test("a path with a colon or a semicolon is a path if the file exists", arguments: ["a:b.pem", "a;cert=b.pem"])
  func oddNames(name: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(try Fixtures.bytes("keys/rsa-2048.pem"), to: name)
    let outcome = try sign("--key", path, "--certificate", Self.certificate, "--at", SignCommandTests.at)
    #expect(outcome.status == 0, "\(outcome)")
  }

  @Test("a file that cannot be read for another reason keeps that reason", arguments: ["/", "C:"])
  func otherReasons(path: String) throws {
    let outcome = try sign("--key", path)
    #expect(outcome.status == 2)
    #expect(outcome.error.hasSuffix("[file-unreadable]\n"), "\(outcome)")
  }

  @Test(
    "a PIN or a password is not repeated",
    arguments: [
      "pkcs11:token=a?pin-value=CANARY01", "pkcs11:token=a?PIN-VALUE=CANARY01", "pem:x;password=CANARY01",
      "x.pem;Password=CANARY01", "tpm2:x;pin=CANARY01", "pem:x;colour=CANARY01", "tpm2:x;colour=CANARY01",
      "x.pem;colour=CANARY01",
    ])
  func secret(key: String) throws {
    let outcome = try sign("--key", key)
    #expect(outcome.status == 2)
    #expect(!outcome.error.contains("CANARY01"), "\(outcome)")
  }

  @Test("two certificates for one key are a wrong command line, and none is silently preferred")
  func twoCertificates() throws {
    #expect(
      try sign("--key", "pem:\(Self.key);cert=\(Self.certificate)", "--certificate", Self.other)
        == refusal(
          "only one of --certificate and ;cert= in the key can be given [usage]", hint: "see keyroll sign proof --help",
          status: 64))
  }

  @Test("the error about a certificate of another key names the place where it was given")
  func mismatch() throws {
    let certificate = Fixtures.path("certificates/other.pem")
    #expect(
      try sign("--key", Self.key, "--certificate", certificate)
        == refusal(
          "no certificate in \(certificate) belongs to the private key at \(Self.key) [certificate-mismatch]",
          hint: "give the certificate that was issued for this key"))
  }

  @Test("only the errors about tokens for Entra name an answer of Entra")
  func noAnswerForOthers() throws {
    let outcome = try BuiltCommand.run(
      "sign", "claims", "--profile", "github-app", "--parameter", "client-id=a", "--key",
      Fixtures.path("keys/ec-p256.pem"))
    #expect(outcome.status == 2)
    #expect(outcome.error.contains("[key-not-rsa]\n"))
    #expect(!outcome.error.contains("Entra"), "\(outcome)")
  }
}
