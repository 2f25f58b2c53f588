import Foundation
import TestSupport
import Testing

/// Keys, certificates and requests that commands make in files.
@Suite struct CreateCommandTests {
  private let folder: TemporaryFolder
  private let password: String

  init() throws {
    folder = try TemporaryFolder()
    password = try folder.write(Array("correct horse\n".utf8), to: "password")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: password)
  }

  private func create(_ destination: String, _ options: String...) throws -> Outcome {
    try BuiltCommand.run(
      ["create", "key", destination, "--subject", "Payroll 2027", "--bits", "2048", "--at", "2027-01-15T08:00:00Z"]
        + options)
  }

  @Test("a PFX is made with its certificate, and says so in full")
  func pfx() throws {
    let pfx = folder.path("new.pfx")
    let outcome = try create(pfx, "--new-password-file", password)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    try #require(outcome.status == 0 && lines.count == 6, "\(outcome)")
    #expect(
      lines[0]
        == "wrote    \(pfx)   RSA 2048, its certificate; AES-256, PBKDF2-HMAC-SHA256 100,000 rounds")
    #expect(lines[1] == "wrote    \(folder.path("new.cer"))   the certificate alone, for addKey or the portal")
    #expect(lines[2] == "subject  \"CN=Payroll 2027\"")
    #expect(lines[3].hasSuffix("   as the portal shows it"))
    #expect(
      lines[5] == "next     keyroll request add-key --new-certificate \(folder.path("new.cer")) --key OLD-KEY …")
    #expect(
      outcome.error == """
        keyroll: note: Windows Server 2016 and older need --for-old-windows
        keyroll: note: valid from 2027-01-15T07:55:00Z to 2028-01-15T07:54:59Z, 365 d

        """)
    #expect(try folder.mode("new.pfx") == 0o600)
  }

  @Test("what was made signs a proof that verifies", arguments: ["new.pfx", "new.pem"])
  func walk(_ name: String) throws {
    #expect(try create(folder.path(name), "--new-password-file", password).status == 0)
    let signed = try BuiltCommand.run(
      "sign", "proof", "--object-id", SignCommandTests.objectID, "--key", folder.path(name), "--password-file",
      password, "--at", "2027-01-15T08:00:00Z", "--output", folder.path("proof.jwt"))
    #expect(signed.status == 0, "\(signed)")
    let judged = try BuiltCommand.run(
      "verify", "--profile", "graph-proof", "--certificate", folder.path("new.cer"), "--object-id",
      SignCommandTests.objectID, "--at", "2027-01-15T08:00:00Z", folder.path("proof.jwt"))
    #expect(judged.status == 0, "\(judged)")
    let chain = try Judge.run(
      "/usr/bin/openssl",
      [
        "verify", "-x509_strict", "-check_ss_sig", "-attime", "1800000000", "-CAfile", folder.path("new.cer"),
        folder.path("new.cer"),
      ])
    #expect(chain.status == 0, "\(chain)")
  }

  @Test(
    "bad input has an error of its own, and nothing is made",
    arguments: [
      (["new.pfx", "--subject", ""], "subject-empty", 2),
      (["new.pfx", "--subject", String(repeating: "a", count: 65)], "subject-too-long", 2),
      (["new.pfx", "--subject", "XX=a"], "subject-malformed", 2),
      (["new.pfx", "--subject", "a", "--bits", "1024"], "key-size-not-offered", 2),
      (["new.key", "--subject", "a"], "destination-not-offered", 2),
      (["command:./sign", "--subject", "a"], "destination-not-offered", 2),
      (["new.pem", "--subject", "a", "--for-old-windows"], "destination-not-offered", 2),
      (["none/new.pfx", "--subject", "a"], "output-unwritable", 2),
      (["there.pfx", "--subject", "a"], "output-exists", 2),
      (["new.pfx", "--subject", "a", "--valid-for", "0d"], "lifetime-invalid", 2),
      (["new.pfx", "--subject", "a", "--valid-for", "-5d"], "lifetime-invalid", 2),
      (["new.pfx", "--subject", "a", "--valid-for", "366d", "--max-lifetime", "365d"], "lifetime-too-long", 2),
      (["new.pfx", "--subject", "a", "--not-before", "-400d"], "lifetime-over", 2),
      (["new.pfx", "--subject", "a", "--algorithm", "PS512"], "certificate-algorithm-not-offered", 2),
      (["new.pfx", "--subject", "a"], "password-required", 2),
      (["new.pfx", "--subject", "a", "--no-password"], "usage", 64),
      (["new.pfx", "--subject", "a", "--store"], "usage", 64),
      (["pkcs11:token=a;object=b", "--subject", "a"], "usage", 64),
      (["new.pfx", "--subject", "a", "--csr", "a.csr", "--valid-for", "1d"], "usage", 64),
    ] as [([String], String, Int32)])
  func badInput(_ arguments: [String], id: String, status: Int32) throws {
    let there = try folder.write(Array("there".utf8), to: "there.pfx")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("")).sorted()
    var arguments = arguments
    if !arguments[0].contains(":") { arguments[0] = folder.path(arguments[0]) }
    let outcome = try BuiltCommand.run(["create", "key"] + arguments)
    #expect(outcome.status == status && outcome.output.isEmpty, "\(outcome)")
    #expect(outcome.error.contains("[\(id)]\n"), "\(outcome)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("")).sorted() == names)
    #expect(try Data(contentsOf: URL(filePath: there)) == Data("there".utf8))
  }

  @Test("a new password is typed twice, and not shown", arguments: [("one", "one", 0), ("one", "two", 2), ("", "", 2)])
  func prompt(_ first: String, _ again: String, _ status: Int32) throws {
    let pfx = folder.path("new.pfx")
    let session = try TerminalSession(
      BuiltCommand.path, ["create", "key", pfx, "--subject", "Payroll", "--bits", "2048"])
    try session.wait(for: "new password for file:\(pfx): ")
    #expect(!session.showsInput)
    try session.type("\(first)\n")
    if !first.isEmpty {
      try session.wait(for: "again: ")
      try session.type("\(again)\n")
    }
    let outcome = try session.finish()
    #expect(outcome.status == status, "\(outcome)")
    #expect(FileManager.default.fileExists(atPath: pfx) == (status == 0))
    if status != 0 {
      #expect(outcome.output.contains(first.isEmpty ? "[password-required]" : "[passwords-differ]"), "\(outcome)")
    }
  }

  @Test("a certificate is prepared, signed by another program, and assembled")
  func detached() throws {
    #expect(try create("pem:\(folder.path("key.pem"))", "--no-password").status == 0)
    _ = try folder.write([], to: "input")
    let prepared = try BuiltCommand.run(
      [
        "prepare", "certificate", "--public-key", folder.path("key.cer"), "--subject", "Elsewhere", "--as", "input",
        "--output", folder.path("request.json"),
      ], output: folder.path("input"))
    #expect(prepared.status == 0, "\(prepared)")
    let signed = try Judge.run(
      "/usr/bin/openssl",
      ["dgst", "-sha256", "-sign", folder.path("key.pem"), "-out", folder.path("signature"), folder.path("input")])
    #expect(signed.status == 0, "\(signed)")
    let assembled = try BuiltCommand.run(
      "assemble", "--request", folder.path("request.json"), "--signature", folder.path("signature"), "--output",
      folder.path("elsewhere.cer"))
    #expect(assembled.status == 0, "\(assembled)")
    let verified = try Judge.run(
      "/usr/bin/openssl",
      [
        "verify", "-x509_strict", "-check_ss_sig", "-CAfile", folder.path("elsewhere.cer"),
        folder.path("elsewhere.cer"),
      ])
    #expect(verified.status == 0, "\(verified)")
  }
}

/// Keys that commands make on a token.
@Suite(
  "keys made on tokens",
  .enabled(if: ThrowawayToken.isAvailable(.softHSM), Comment(rawValue: ThrowawayToken.absence(of: .softHSM))))
struct CreateOnTokenTests {
  @Test("a key is made, added by a request, and the request checked; its label is then taken")
  func walk() throws {
    let token = try SharedToken.softHSM().copy()
    let folder = try TemporaryFolder()
    let environment = ["SOFTHSM2_CONF": token.path("softhsm2.conf")]
    func run(_ arguments: String...) throws -> Outcome { try BuiltCommand.run(arguments, environment: environment) }
    let key = "pkcs11:token=keyroll;object=next?module-path=\(token.module)"
    let certificate = folder.path("next.cer")
    let made = try run(
      "create", "key", key, "--subject", "Next", "--bits", "2048", "--output", certificate, "--store", "--pin-file",
      token.pinFile, "--at", SignCommandTests.at)
    #expect(made.status == 0 && made.output.contains("\nstored   pkcs11:"), "\(made)")
    let again = try run(
      "create", "key", key, "--subject", "Next", "--output", folder.path("again.cer"), "--pin-file", token.pinFile)
    #expect(again.status == 2 && again.output.isEmpty, "\(again)")
    #expect(again.error.contains("[key-taken]\n") && again.error.contains("keyroll create certificate --key '"))
    let request = try BuiltCommand.run(
      ["request", "add-key", "--new-certificate", key] + RequestCommandTests.graph + RequestCommandTests.key
        + ["--output", folder.path("request")], environment: environment)
    #expect(request.status == 0, "\(request)")
    let checked = try run(
      "request", "check", "--at", SignCommandTests.at, "--new-certificate", certificate, folder.path("request"))
    #expect(checked.status == 0, "\(checked)")
  }
}
