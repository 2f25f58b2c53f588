import Foundation
import TestSupport
import Testing

@Suite(.tags(.process)) struct PrepareCommandTests {
  private static let certificate = Fixtures.path("certificates/leaf.pem")
  private static let proof = [
    "prepare", "proof", "--object-id", SignCommandTests.objectID, "--at", SignCommandTests.at,
  ]

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test("a request goes to standard output, and says by itself all that is signed")
  func request() throws {
    let outcome = try BuiltCommand.run(Self.proof + ["--certificate", Self.certificate])
    #expect(outcome.status == 0)
    #expect(
      outcome.error
        == "keyroll: note: to be signed and used from 2027-01-15T08:00:00Z to 2027-01-15T08:10:00Z, 10 min\n")
    let request = try json(outcome.output)
    #expect(
      Set(request.keys) == [
        "keyroll-signing-request", "summary", "profile", "algorithm", "certificates", "window", "header", "claims",
        "signing-input", "digest",
      ])
    let input = try #require(request["signing-input"] as? String)
    try folder.write(Array(input.utf8), to: "input")
    let digest = try Judge.run("/usr/bin/openssl", ["dgst", "-sha256", "-r", folder.path("input")]).output
    #expect((request["digest"] as? [String: String])?["hex"] == String(digest.prefix(64)))
    #expect(request["window"] as? [String: String] == ["start": "2027-01-15T08:00:00Z", "end": "2027-01-15T08:10:00Z"])
    // The header and the claims are those that sign writes.
    let signed = try BuiltCommand.run(
      "sign", "proof", "--object-id", SignCommandTests.objectID, "--at", SignCommandTests.at, "--key",
      SignCommandTests.key)
    #expect(signed.output.hasPrefix(input + "."))
  }

  @Test(
    "what the profile refuses is not prepared",
    arguments: [
      (["--valid-for", "11m"], "leaf", "window-too-long"), (["--algorithm", "HS256"], "leaf", "usage"),
      (["--hint", "kid"], "leaf", "hint-missing"), ([], "expired", "certificate-expired"),
      ([], "rsa-1024", "key-too-small"), ([], "ec-p256", "key-unfit"),
      ([], "two-leaves", "several-certificates"), ([], "no-certificate", "no-certificate"),
      (["--algorithm", "PS512"], "rsa-pss-sha256", "key-not-for-algorithm"),
    ])
  func refused(options: [String], certificate: String, id: String) throws {
    let path = folder.path("request.json")
    let outcome = try BuiltCommand.run(
      Self.proof + ["--certificate", Fixtures.path("certificates/\(certificate).pem"), "--output", path] + options)
    #expect(outcome.status == (id == "usage" ? 64 : 2), "\(outcome)")
    #expect(outcome.error.contains("[\(id)]\n"), "\(outcome)")
    #expect(try folder.names().isEmpty)
  }

  @Test("a chain is put in order, whatever the order of the file", arguments: ["chain", "chain-shuffled"])
  func chain(file: String) throws {
    let outcome = try BuiltCommand.run(
      Self.proof + ["--x5c", "--certificate", Fixtures.path("certificates/\(file).pem")])
    try #require(outcome.status == 0, "\(outcome)")
    let request = try json(outcome.output)
    let certificates = try #require(request["certificates"] as? [String])
    #expect(certificates.count == 3)
    #expect((request["header"] as? [String: Any])?["x5c"] as? [String] == certificates)
    let leaf = try Judge.run(
      "/usr/bin/openssl", ["x509", "-in", Self.certificate, "-outform", "DER", "-out", folder.path("leaf.der")])
    #expect(leaf.status == 0)
    #expect(Data(base64Encoded: certificates[0]) == Data(try folder.bytes("leaf.der")))
  }

  @Test(
    "a form goes with the request that it was made of",
    arguments: [
      (["--as", "digest"], "--as needs --output FILE for the request, without which nothing can be assembled"),
      (["--as", "digest", "--output", "x", "--qr"], "--as and --qr both write to standard output"),
      (
        ["--as", "digest", "--output", "-"],
        "--as needs --output FILE for the request, without which nothing can be assembled"
      ),
    ])
  func formAlone(options: [String], message: String) throws {
    #expect(
      try BuiltCommand.run(Self.proof + ["--certificate", Self.certificate] + options)
        == Outcome(
          status: 64, error: "keyroll: error: \(message) [usage]\nkeyroll: hint: see keyroll prepare proof --help\n"))
  }

  @Test("of a request and a form both are written, or neither")
  func both() throws {
    let path = folder.path("request.json")
    let arguments = Self.proof + ["--certificate", Self.certificate, "--output", path, "--as", "digest-hex"]
    let full = try BuiltCommand.run(arguments, output: "/dev/full")
    #expect(full.status == 2 && full.error.contains("[output-unwritable]\n"), "\(full)")
    #expect(try folder.names().isEmpty)
    let unfit = try BuiltCommand.run(
      ["prepare", "assertion", "--tenant", SignCommandTests.tenant, "--client-id", SignCommandTests.clientID]
        + ["--certificate", Self.certificate, "--output", path, "--as", "digest-info"])
    #expect(unfit.status == 2 && unfit.error.contains("[form-unavailable]\n"), "\(unfit)")
    #expect(try folder.names().isEmpty)
    let good = try BuiltCommand.run(arguments)
    let again = try BuiltCommand.run("prepare", "form", path, "--as", "digest-hex", "--at", SignCommandTests.at)
    #expect(good.status == 0 && good.output == again.output && good.output.utf8.count == 65)
  }

  @Test("bytes are not written on a terminal")
  func terminal() throws {
    let path = folder.path("request.json")
    try #require(
      try BuiltCommand.run(Self.proof + ["--certificate", Self.certificate, "--output", path]).status == 0)
    let session = try Shell.session(
      "keyroll prepare form '\(path)' --as digest --at \(SignCommandTests.at); echo status $?")
    let text = try session.finish().output
    #expect(text.contains("status 64"))
    #expect(text.contains("--as digest writes raw bytes, which a terminal would change [usage]"))
  }

  @Test("a request brings its own rules, and a reviewer may insist on others")
  func profiles() throws {
    let profile = try folder.write(
      Array(#"{"keyroll-profile":1,"id":"mine","algorithms":["RS256"],"claims":{"iss":"me"},"time":{}}"#.utf8),
      to: "mine.json")
    let strict = try folder.write(
      Array(#"{"keyroll-profile":1,"id":"mine","algorithms":["RS256"],"claims":{"iss":"you"},"time":{}}"#.utf8),
      to: "strict.json")
    let path = folder.path("request.json")
    let prepared = try BuiltCommand.run(
      "prepare", "claims", "--profile", profile, "--certificate", Self.certificate, "--output", path, "--at",
      SignCommandTests.at)
    try #require(prepared.status == 0, "\(prepared)")
    func sign(_ options: String...) throws -> Outcome {
      try BuiltCommand.run(
        ["sign-request", path, "--key", Fixtures.path("keys/rsa-2048.pem"), "--at", SignCommandTests.at] + options)
    }
    let warned = try sign()
    #expect(warned.status == 0)
    #expect(
      warned.error.hasPrefix(
        "keyroll: warning: the rules of profile mine come with the request: --profile FILE judges it by yours\n"),
      "\(warned)")
    let insisted = try sign("--profile", profile)
    #expect(insisted.status == 0 && !insisted.error.contains("warning"), "\(insisted)")
    for (name, id) in [(strict, "claim-mismatch"), ("graph-proof", "profile-mismatch"), ("box", "profile-mismatch")] {
      let refused = try sign("--profile", name)
      #expect(refused.status == 2 && refused.output.isEmpty && refused.error.contains("[\(id)]\n"), "\(refused)")
    }
  }

  @Test(
    "a built-in profile is judged by its own rules, without a warning",
    arguments: [
      ["box", "client-id=c", "subject=1", "subject-type=enterprise"],
      ["snowflake", "account=ACME-EU", "user=LOADER"],
    ])
  func builtIn(profile: [String]) throws {
    let path = folder.path("request.json")
    let prepared = try BuiltCommand.run(
      ["prepare", "claims", "--profile", profile[0], "--certificate", Self.certificate, "--output", path, "--at"]
        + [SignCommandTests.at] + profile.dropFirst().flatMap { ["--parameter", $0] }
        + (profile[0] == "box" ? ["--key-id", "k1"] : []))
    try #require(prepared.status == 0, "\(prepared)")
    let signed = try BuiltCommand.run(
      "sign-request", path, "--key", Fixtures.path("keys/rsa-2048.pem"), "--at", SignCommandTests.at)
    #expect(signed.status == 0 && !signed.error.contains("warning"), "\(signed)")
    #expect(signed.error.contains(" \(profile[0]), built in\n"), "\(signed)")
  }

  @Test("standard input is read for one thing only")
  func standardInput() throws {
    let outcome = try BuiltCommand.run("assemble", "--request", "-", "--signature", "-")
    #expect(outcome.status == 64)
    #expect(outcome.error.hasPrefix("keyroll: error: standard input cannot be both the request and the signature"))
    let signing = try BuiltCommand.run("sign-request", "-", "--key", "pem:-")
    #expect(signing.status == 64)
    #expect(signing.error.hasPrefix("keyroll: error: standard input cannot be both the key and the request"))
  }

  @Test("what is not a request is refused", arguments: ["", "{}", "[]", "{\"keyroll-signing-request\":3}", "ey.ey.ey"])
  func noRequest(text: String) throws {
    let outcome = try BuiltCommand.run("sign-request", "-", "--key", "pem:/nonexistent", input: Array(text.utf8))
    #expect(outcome.status == 2)
    let id = text.contains("3") ? "unsupported-signing-request" : "malformed-signing-request"
    #expect(outcome.error.contains("[\(id)]\n"), "\(outcome)")
  }

  @Test("prepare alone says what is missing")
  func alone() throws {
    #expect(
      try BuiltCommand.run("prepare")
        == Outcome(
          status: 64,
          error: """
            keyroll: error: what to prepare is missing: proof, assertion, claims, certificate, csr or form [usage]
            keyroll: hint: see keyroll prepare --help

            """))
  }
}
