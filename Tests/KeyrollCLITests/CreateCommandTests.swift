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

  @Test("a clock that is behind the program is refused before anything is made, unless the time is said")
  func clock() throws {
    let making = ["create", "key", folder.path("new.pfx"), "--new-password-file", password, "--bits", "2048"]
    let renewing = ["create", "certificate", "--key", SignCommandTests.key, "--output", folder.path("new.cer")]
    let libraries = try TemporaryFolder()
    let library = try BuiltLibrary.clock.copy(into: libraries, as: "clock.so")
    // 2020-01-01T00:00:00Z
    let environment = ["LD_PRELOAD": library, "CLOCK": try libraries.write(Array("1577836800".utf8), to: "clock")]
    for command in [making, renewing] {
      let outcome = try BuiltCommand.run(command + ["--subject", "a"], environment: environment)
      #expect(outcome.status == 2 && outcome.output.isEmpty, "\(outcome)")
      #expect(
        outcome.error.hasPrefix(
          "keyroll: error: the clock shows 2020-01-01T00:00:00Z, and this program was built at 20"), "\(outcome)")
      #expect(
        outcome.error.hasSuffix(
          "Z [clock-before-build]\nkeyroll: hint: set the clock of this machine, or say what time it is by --at\n"),
        "\(outcome)")
    }
    #expect(try folder.names() == ["password"])
    let said = try BuiltCommand.run(
      renewing + ["--subject", "a", "--at", "2027-01-15T08:00:00Z"], environment: environment)
    #expect(said.status == 0, "\(said)")
  }

  @Test("notes say what to know of a long life, of PSS, and of a certificate for a key that has one")
  func notes() throws {
    let long = try create(
      folder.path("new.pem"), "--no-password", "--valid-for", "366d", "--algorithm", "PS256", "--for-old-windows")
    #expect(long.status == 2 && long.error.contains("[destination-not-offered]"), "\(long)")
    let made = try create(folder.path("new.pem"), "--no-password", "--valid-for", "366d", "--algorithm", "PS256")
    #expect(made.status == 0, "\(made)")
    #expect(
      made.error
        == """
        keyroll: warning: the certificate lives 366 d, and many policies refuse more than 365 d
        keyroll: warning: whether the services take a certificate that is signed by RSASSA-PSS is not known
        keyroll: warning: the key lies in \(folder.path("new.pem")) in the clear: whoever reads the file has it
        keyroll: note: valid from 2027-01-15T07:55:00Z to 2028-01-16T07:54:59Z, 366 d

        """, "\(made)")
    let again = try BuiltCommand.run(
      ["create", "certificate", "--key", SignCommandTests.key, "--subject", "Again"]
        + ["--output", folder.path("again.cer"), "--at", "2027-01-15T08:00:00Z"])
    #expect(
      again.status == 0
        && again.error == """
          keyroll: warning: this renews the certificate and keeps the key; a rollover wants a new key
          keyroll: note: valid from 2027-01-15T07:55:00Z to 2028-01-15T07:54:59Z, 365 d

          """,
      "\(again)")
    // A PFX for old Windows needs no note about it.
    let old = try create(folder.path("old.pfx"), "--for-old-windows", "--new-password-file", password)
    #expect(old.status == 0 && !old.error.contains("Windows Server"), "\(old)")
  }

  @Test("a life is said to the second where a policy refuses it")
  func exactLife() throws {
    // A request compares from the start to the end as they are written, and a new certificate counts its last second too.
    #expect(
      try create(folder.path("new.pem"), "--no-password", "--valid-for", "31537201s").status == 0)
    let outcome = try BuiltCommand.run(
      ["request", "add-key", "--new-certificate", folder.path("new.cer"), "--max-lifetime", "365d"]
        + RequestCommandTests.graph + RequestCommandTests.key + ["--output", folder.path("request")])
    #expect(
      outcome
        == Outcome(
          status: 2,
          error: """
            keyroll: error: the new certificate lives 365 d 20 min, longer than 365 d [certificate-lifetime]
            keyroll: hint: make one that ends by 2028-01-15T07:55:00Z

            """))
    let refused = try create(
      folder.path("other.pem"), "--no-password", "--valid-for", "31537200s", "--max-lifetime", "365d")
    #expect(
      refused.error.hasPrefix(
        "keyroll: error: the certificate would be valid for 365 d 20 min, and at most 365 d are allowed [lifetime-too-long]\n"
      ),
      "\(refused)")
  }

  @Test("whoever signs a certificate's request can hold it to a life of its own")
  func signRequestLife() throws {
    #expect(try create(folder.path("key.pem"), "--no-password").status == 0)
    let prepare = ["--public-key", folder.path("key.cer"), "--subject", "Elsewhere"]
    for (kind, options) in [
      ("certificate", ["--valid-for", "31537200s", "--at", "2027-01-15T08:00:00Z"]), ("csr", []),
    ] {
      let prepared = try BuiltCommand.run(
        ["prepare", kind] + prepare + options + [
          "--output", folder.path("\(kind).json"),
        ])
      try #require(prepared.status == 0, "\(prepared)")
    }
    func sign(_ request: String, _ options: String...) throws -> Outcome {
      try BuiltCommand.run(
        ["sign-request", request, "--key", folder.path("key.pem"), "--at", "2027-01-15T08:00:00Z"] + options)
    }
    let long = try sign(folder.path("certificate.json"), "--max-lifetime", "365d")
    #expect(long.status == 2 && long.output.isEmpty, "\(long)")
    #expect(
      long.error.contains(
        "keyroll: error: the certificate would be valid for 365 d 20 min, and at most 365 d are allowed [lifetime-too-long]\n"
      ),
      "\(long)")
    #expect(try sign(folder.path("certificate.json"), "--max-lifetime", "366d").status == 0)
    // Where it would be ignored it is refused.
    let request = try sign(folder.path("csr.json"), "--max-lifetime", "366d")
    #expect(
      request.status == 64 && request.error.contains("for a certificate request the authority decides"), "\(request)")
    let prepared = try BuiltCommand.run(
      ["prepare", "proof", "--object-id", SignCommandTests.objectID, "--certificate", SignCommandTests.certificate]
        + ["--at", SignCommandTests.at, "--output", folder.path("proof.json")])
    try #require(prepared.status == 0, "\(prepared)")
    let token = try sign(folder.path("proof.json"), "--max-lifetime", "366d")
    #expect(token.status == 64 && token.error.contains("--max-lifetime is for certificates"), "\(token)")
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
