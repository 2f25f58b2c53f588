import Foundation
import TestSupport
import Testing

/// What `sign-request` signs, and what it refuses to.
@Suite(.tags(.process)) struct SignRequestTests {
  static let key = Fixtures.path("keys/rsa-2048.pem")
  static let at = SignCommandTests.at
  static let absentKey = "pem:/nonexistent/key.pem"
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The summary of `proof(in:)`, as it is shown.
  static let summary = """
      profile           graph-proof
      window            from 2027-01-15T08:00:00Z to 2027-01-15T08:10:00Z, 10 min
      claim "aud"       "00000002-0000-0000-c000-000000000000"
      claim "iss"       "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01"
      claim "nbf"       1800000000
      claim "exp"       1800000600
      header "alg"      "RS256"
      header "typ"      "JWT"
      header "kid"      "88891A232D3C4BC784E94A802B73C3479A7EE1A0"
      header "x5t"      "iIkaIy08S8eE6UqAK3PDR5p-4aA"
      certificate       "CN=leaf,O=keyroll fixtures"
      SHA-1 thumbprint  88891A232D3C4BC784E94A802B73C3479A7EE1A0
      certificate ends  2049-12-31T23:59:59Z
      key               RSA 2048
      SHA-256 to sign   8b9d5a8813be468fd2d2f210d9e4f343b9c9de6ef5b404a1fc6f29b7faaccf30

    """

  private static let note =
    "keyroll: note: valid from 2027-01-15T08:00:00Z to 2027-01-15T08:10:00Z, 10 min: 10 min of it are left\n"

  /// A request that is the same each time.
  static func proof(in folder: TemporaryFolder, _ options: [String] = [], at time: String = at) throws -> String {
    let path = folder.path("request.json")
    let outcome = try BuiltCommand.run(
      ["prepare", "proof", "--object-id", SignCommandTests.objectID, "--certificate", SignCommandTests.certificate]
        + ["--at", time, "--output", path, "--force"] + options)
    try #require(outcome.status == 0, "\(outcome)")
    return path
  }

  private func assertion() throws -> String {
    let path = folder.path("request.json")
    let outcome = try BuiltCommand.run(
      ["prepare", "assertion", "--tenant", SignCommandTests.tenant, "--client-id", SignCommandTests.clientID]
        + ["--certificate", SignCommandTests.certificate, "--at", Self.at, "--output", path])
    try #require(outcome.status == 0, "\(outcome)")
    return path
  }

  private func claims(_ options: [String]) throws -> String {
    let path = folder.path("request.json")
    let outcome = try BuiltCommand.run(
      ["prepare", "claims", "--certificate", SignCommandTests.certificate, "--at", Self.at, "--output", path] + options)
    try #require(outcome.status == 0, "\(outcome)")
    return path
  }

  func sign(_ request: String, key: String = key, at time: String = at, _ options: [String] = []) throws
    -> Outcome
  {
    try BuiltCommand.run(["sign-request", request, "--key", key, "--at", time] + options)
  }

  /// The last error, without the summary and the notes before it.
  func refusal(_ outcome: Outcome) -> String {
    outcome.error.firstRange(of: "keyroll: error: ").map { String(outcome.error[$0.lowerBound...]) } ?? outcome.error
  }

  // MARK: What is said

  @Test("without a terminal it says the summary and the window, and signs")
  func signing() throws {
    let outcome = try sign(try Self.proof(in: folder))
    #expect(outcome.error == "keyroll: note: the request asks for this signature\n\(Self.summary)\(Self.note)")
    #expect(outcome.status == 0 && outcome.output.utf8.count == 343, "\(outcome)")
    #expect(try sign(folder.path("request.json"), ["--yes"]) == outcome)
  }

  @Test("--show says the same and the verdict, opens no key and writes nothing")
  func show() throws {
    let request = try Self.proof(in: folder)
    let expected = Outcome(
      status: 0,
      output: """
        the request asks for this signature
        \(Self.summary)ACCEPTED  graph-proof, judged for 2027-01-15T08:00:00Z; nothing is signed

        """, error: Self.note)
    #expect(try BuiltCommand.run("sign-request", request, "--show", "--at", Self.at) == expected)
    let output = folder.path("signature")
    #expect(
      try sign(request, key: Self.absentKey, ["--show", "--output", output, "--password-file", "/nonexistent"])
        == expected)
    #expect(try !folder.names().contains("signature"))
    let ahead = try BuiltCommand.run("sign-request", request, "--show", "--at", "2027-01-12T07:00:00Z")
    #expect(ahead.output == expected.output)
    #expect(ahead.error == Self.note.replacing("10 min of it are left", with: "it starts in 3 d 1 h"))
  }

  @Test("--show of a request that is refused shows it, and ends with the reason and no verdict")
  func showRefused() throws {
    let request = try Self.proof(in: folder)
    #expect(
      try BuiltCommand.run("sign-request", request, "--show", "--at", "2027-01-15T08:10:00Z")
        == Outcome(
          status: 2, output: "the request asks for this signature\n\(Self.summary)",
          error: """
            keyroll: error: the signing request was refused: exp is 2027-01-15T08:10:00Z, 0 s ago [expired]
            keyroll: hint: make a new token

            """))
  }

  @Test("a key is needed but for --show, and --show and --yes exclude each other")
  func options() throws {
    let help = "keyroll: hint: see keyroll sign-request --help\n"
    #expect(
      try BuiltCommand.run("sign-request", "request.json")
        == Outcome(
          status: 64, error: "keyroll: error: missing expected argument '--key <reference>' [usage]\n\(help)"))
    #expect(
      try BuiltCommand.run("sign-request", "request.json", "--show", "--yes")
        == Outcome(status: 64, error: "keyroll: error: only one of --show and --yes can be given [usage]\n\(help)"))
    #expect(
      try BuiltCommand.run(
        "sign-request", "request.json", "--show", "--client-id", "a", "--parameter", "client-id=a")
        == Outcome(status: 64, error: "keyroll: error: the expected client-id is given twice [usage]\n\(help)"))
  }

  // MARK: The values that are meant

  private static let other = "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d02"

  @Test("the values that are expected are those of the request, GUIDs in letters of either case")
  func expectedValues() throws {
    let proof = try Self.proof(in: folder)
    for id in [SignCommandTests.objectID, SignCommandTests.objectID.uppercased()] {
      for options in [["--object-id", id], ["--parameter", "object-id=\(id)"]] {
        #expect(try sign(proof, options).status == 0)
      }
    }
    try FileManager.default.removeItem(atPath: proof)
    let assertion = try assertion()
    let options = [
      "--tenant", SignCommandTests.tenant.uppercased(), "--client-id", SignCommandTests.clientID, "--parameter",
      "cloud=global", "--parameter", "audience-form=token",
    ]
    #expect(try sign(assertion, options).status == 0)
  }

  @Test("another value than the one expected is an error of its own, before any key is opened")
  func otherValues() throws {
    func refused(_ found: String, _ expected: String) -> String {
      """
      keyroll: error: the signing request \(found), and \(expected) is expected [parameter-mismatch]
      keyroll: hint: ask the person who prepared it what it is for

      """
    }
    let proof = try Self.proof(in: folder)
    let outcome = try sign(proof, key: Self.absentKey, ["--object-id", Self.other])
    #expect(
      outcome
        == Outcome(
          status: 2,
          error: "keyroll: note: the request asks for this signature\n\(Self.summary)"
            + refused("is for the object-id \"\(SignCommandTests.objectID)\"", "\"\(Self.other)\"")))
    try FileManager.default.removeItem(atPath: proof)
    let assertion = try assertion()
    for (options, found, expected) in [
      (["--client-id", Self.other], "is for the client-id \"\(SignCommandTests.clientID)\"", "\"\(Self.other)\""),
      (["--tenant", "contoso.com"], "is for the tenant \"\(SignCommandTests.tenant)\"", "\"contoso.com\""),
      (["--parameter", "cloud=china"], "is for the cloud \"global\"", "\"china\""),
      (["--parameter", "audience-form=issuer"], "is for the audience-form \"token\"", "\"issuer\""),
      (["--parameter", "login-host=login.example"], "has no login-host", "\"login.example\""),
      (
        ["--tenant", SignCommandTests.tenant, "--client-id", ""],
        "is for the client-id \"\(SignCommandTests.clientID)\"", "\"\""
      ),
    ] {
      let outcome = try sign(assertion, key: Self.absentKey, options)
      #expect(outcome.status == 2 && outcome.output.isEmpty)
      #expect(refusal(outcome) == refused(found, expected))
    }
  }

  @Test("a value that the profile does not have is an error, never ignored")
  func unknownValues() throws {
    func refused(_ profile: String, _ name: String, _ value: String, has names: String) -> String {
      """
      keyroll: error: profile \(profile) has no \(name), so it cannot be compared with "\(value)" [unknown-parameter]
      keyroll: hint: it has: \(names)

      """
    }
    let proof = try Self.proof(in: folder)
    for (options, name, value) in [
      (["--tenant", "contoso.com"], "tenant", "contoso.com"), (["--client-id", Self.other], "client-id", Self.other),
      (["--object-id", SignCommandTests.objectID, "--parameter", "x=\u{1B}[2J"], "x", #"\u001b[2J"#),
    ] {
      let outcome = try sign(proof, key: Self.absentKey, options)
      #expect(outcome.status == 2 && outcome.output.isEmpty)
      #expect(refusal(outcome) == refused("graph-proof", name, value, has: "object-id"))
    }
    try FileManager.default.removeItem(atPath: proof)
    let outcome = try sign(try assertion(), key: Self.absentKey, ["--object-id", Self.other])
    #expect(
      refusal(outcome)
        == refused(
          "entra-assertion", "object-id", Self.other, has: "tenant, client-id, cloud, login-host, audience-form"))
  }

  @Test("the parameters of a profile file are compared too, by their forms and defaults")
  func documents() throws {
    let profile = try folder.write(
      Array(
        """
        {"keyroll-profile": 1, "id": "mine", "algorithms": ["RS256"],
         "parameters": {"app": {"form": "guid"}, "name": {}, "region": {"default": "eu"}, "more": {"optional": true}},
         "claims": {"iss": "{app}", "sub": "{name}", "aud": "https://{region}.example",
                    "more": {"value": "{more}", "presence": "optional"}}, "time": {"maximum": "10m"}}
        """.utf8), to: "profile.json")
    let request = try claims(["--profile", profile, "--parameter", "app=\(Self.other)", "--parameter", "name=Me"])
    func sign(_ parameters: [String], _ options: [String] = ["--profile", profile]) throws -> Outcome {
      try self.sign(request, options + parameters.flatMap { ["--parameter", $0] })
    }
    let good = try sign(["app=\(Self.other.uppercased())", "name=Me", "region=eu"])
    #expect(good.status == 0 && !good.error.contains("warning"), "\(good)")
    #expect(try sign([], ["--client-id", "me", "--profile", profile]).error.contains("[unknown-parameter]\n"))
    for wrong in ["name=me", "region=us", "more=x", "app=\(SignCommandTests.objectID)"] {
      let outcome = try sign([wrong])
      #expect(
        outcome.status == 2 && outcome.output.isEmpty && outcome.error.contains("[parameter-mismatch]\n"), "\(wrong)")
    }
    // What a parameter means, rules that come with the request say themselves.
    let warned = try sign(["name=Me"], [])
    #expect(warned.status == 0)
    #expect(
      warned.error.contains(
        "keyroll: warning: the rules that come with the request decide what name means: --profile FILE takes your own rules\n"
      ),
      "\(warned)")
  }

  @Test("--client-id is compared with the parameter of that name of any profile")
  func clientID() throws {
    let request = try claims(["--profile", "github-app", "--parameter", "client-id=Iv1.abc"])
    #expect(try sign(request, ["--client-id", "Iv1.abc"]).status == 0)
    #expect(try sign(request, ["--client-id", "iv1.abc"]).error.contains("[parameter-mismatch]\n"))
  }

  // MARK: The certificate

  private static let leafSummary =
    #""CN=leaf,O=keyroll fixtures" (SHA-1 88891A232D3C4BC784E94A802B73C3479A7EE1A0, valid 2020-01-01T00:00:00Z to 2049-12-31T23:59:59Z)"#

  /// As messages call it: a plain path has a scheme too.
  private func name(of key: String) -> String { key.hasPrefix("/") ? "file:\(key)" : key }

  @Test("if certificates come with the key, the request's must be one of them, even if it is over the same key")
  func otherCertificate() throws {
    let request = try Self.proof(in: folder)
    let renewed = Fixtures.path("certificates/renewed.pem")
    let both = try folder.write(
      try Fixtures.bytes("keys/rsa-2048.pem") + Fixtures.bytes("certificates/renewed.pem"), to: "both.pem")
    let pfx = folder.path("renewed.p12")
    let made = try Judge.run(
      "/usr/bin/openssl", ["pkcs12", "-export", "-in", both, "-out", pfx, "-passout", "pass:x"])
    try #require(made.status == 0, "\(made)")
    let password = try folder.write(Array("x".utf8), to: "password")
    let program = "command:\(ExampleProgram.openssl);key=\(Self.key)"
    for key in [
      both, "pem:\(both)", pfx, "pfx:\(pfx)", "pem:\(Self.key);cert=\(renewed)", "\(program);cert=\(renewed)",
    ] {
      let outcome = try sign(request, key: key, ["--password-file", password])
      #expect(outcome.status == 2 && outcome.output.isEmpty)
      #expect(
        refusal(outcome) == """
          keyroll: error: the certificate that was given for \(name(of: key)) is not one of those that come with the key: it is \(Self.leafSummary), and with the key comes "CN=renewed,O=keyroll fixtures" (SHA-1 740297A0E4D43CF1558CB0DB172CFEF478E4C962, valid 2021-01-01T00:00:00Z to 2049-12-31T23:59:59Z) [certificate-not-of-key]
          keyroll: hint: use the certificate that is registered and comes with the key

          """, "\(key)")
    }
    // With the request's own, with a chain that begins with it, and with none.
    for key in [
      "pem:\(Self.key);cert=\(SignCommandTests.certificate)",
      "pem:\(Self.key);cert=\(Fixtures.path("certificates/chain-shuffled.pem"))",
      Self.key, program, "\(program);public=\(Fixtures.path("public-keys/spki.pem"))",
      "\(program);cert=\(SignCommandTests.certificate)",
    ] {
      let outcome = try sign(request, key: key)
      #expect(outcome.status == 0, "\(key): \(outcome)")
    }
  }

  @Test("of several certificates over the same key the request chooses, and it must be one of them")
  func severalCertificates() throws {
    let several = try folder.write(
      try Fixtures.bytes("keys/rsa-2048.pem") + Fixtures.bytes("certificates/renewed.pem")
        + Fixtures.bytes("certificates/leaf.pem"), to: "several.pem")
    let pfx = folder.path("several.p12")
    let made = try Judge.run(
      "/usr/bin/openssl", ["pkcs12", "-export", "-in", several, "-out", pfx, "-passout", "pass:x"])
    try #require(made.status == 0, "\(made)")
    for key in [several, "pem:\(several)", pfx, "pfx:\(pfx)"] {
      for certificate in ["leaf", "renewed", "self-signed"] {
        let path = folder.path("request.json")
        let prepared = try BuiltCommand.run(
          "prepare", "proof", "--object-id", SignCommandTests.objectID, "--certificate",
          Fixtures.path("certificates/\(certificate).pem"), "--at", Self.at, "--output", path, "--force")
        try #require(prepared.status == 0, "\(prepared)")
        // By a variable, which can be read once.
        let outcome = try BuiltCommand.run(
          ["sign-request", path, "--key", key, "--at", Self.at, "--password-env", "PASSWORD"],
          environment: ["PASSWORD": "x"])
        if certificate == "self-signed" {
          #expect(outcome.status == 2 && outcome.output.isEmpty)
          #expect(outcome.error.contains("[certificate-not-of-key]\n"), "\(outcome)")
        } else {
          #expect(outcome.status == 0, "\(key), \(certificate): \(outcome)")
        }
      }
    }
  }

  @Test("certificates beside the key that are all of other keys are an error")
  func strayCertificate() throws {
    let request = try Self.proof(in: folder)
    let stray = try folder.write(
      try Fixtures.bytes("keys/rsa-2048.pem") + Fixtures.bytes("certificates/other.pem"), to: "stray.pem")
    let outcome = try sign(request, key: stray)
    #expect(
      outcome.status == 2 && outcome.output.isEmpty && outcome.error.contains("[certificate-not-of-key]\n"),
      "\(outcome)")
  }
}
