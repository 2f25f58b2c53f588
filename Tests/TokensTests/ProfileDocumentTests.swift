import Encodings
import JSON
import Messages
import Tokens
import Signing
import SigningTesting
import Testing

@Suite("ProfileDocument")
struct ProfileDocumentTests {
  private static let now = NumericDate(seconds: 1_700_000_000)

  private func document(_ members: String) throws(ProfileError) -> ProfileDocument {
    try ProfileDocument(Array("{\"keyroll-profile\":1,\"id\":\"x\",\"algorithms\":[\"RS256\"]\(members)}".utf8).span)
  }

  @Test("Every built-in profile is read, under its own name", arguments: BuiltInProfiles.names)
  func builtIn(_ name: String) throws {
    #expect(try BuiltInProfiles.document(named: name).id == name)
  }

  @Test(
    "Every built-in profile accepts the claims that it makes",
    arguments: [
      ("auth0", ["client-id": "c", "domain": "example.eu.auth0.com"]), ("box", ["client-id": "c", "subject": "1"]),
      ("github-app", ["client-id": "Iv1.0"]), ("google-service-account", ["email": "a@b.example", "scope": "s"]),
      ("keycloak", ["client-id": "c", "audience": "https://id.example/realms/r"]),
      ("okta", ["client-id": "c", "token-endpoint": "https://id.example/oauth2/v1/token"]),
      ("snowflake", ["account": "A", "user": "U"]),
    ] as [(String, [String: ExactText])])
  func accepted(_ name: String, _ parameters: [String: ExactText]) throws {
    let profile = try BuiltInProfiles.document(named: name).profile(
      parameters: parameters, publicKey: nil, isSigning: true)
    let identifier = ExactText("6b1f6b0e-7d0c-4f4f-8d5e-0d6a5f3b2c11")
    #expect(throws: Never.self) { try profile.judgeClaims(DraftRequest(time: Self.now, identifier: identifier)) }
  }

  @Test(
    "A life longer than the profile's limit is refused before any key is opened",
    arguments: [
      ("github-app", ["client-id": "c"], 601), ("box", ["client-id": "c", "subject": "1"], 61),
      ("auth0", ["client-id": "c", "domain": "d.example"], 301),
    ] as [(String, [String: ExactText], Int64)])
  func tooLong(_ name: String, _ parameters: [String: ExactText], _ seconds: Int64) throws {
    let profile = try BuiltInProfiles.document(named: name).profile(
      parameters: parameters, publicKey: nil, isSigning: true)
    var request = DraftRequest(time: Self.now, identifier: "6b1f6b0e-7d0c-4f4f-8d5e-0d6a5f3b2c11")
    request.lifetime = .seconds(seconds)
    #expect(throws: TokenError.self) { try profile.judgeClaims(request) }
    do { try profile.judgeClaims(request) } catch { #expect(error.id == "window-too-long") }
    request.lifetime = .seconds(seconds - 1)
    #expect(throws: Never.self) { try profile.judgeClaims(request) }
  }

  @Test("Parameters must be given, known and of their form")
  func parameters() throws {
    let snowflake = try BuiltInProfiles.document(named: "snowflake")
    func code(_ values: [String: ExactText], isSigning: Bool = true) -> ProfileError.Code? {
      do {
        _ = try snowflake.profile(parameters: values, publicKey: nil, isSigning: isSigning)
        return nil
      } catch { return error.code }
    }
    #expect(code(["account": "A", "user": "U"]) == nil)
    #expect(code(["account": "A"]) == .missingParameter)
    #expect(code(["account": "A"], isSigning: false) == nil)
    #expect(code(["account": "A", "user": "U", "role": "R"]) == .unknownParameter)
    #expect(code(["account": "a", "user": "U"]) == .malformedParameter)
    let auth0 = try BuiltInProfiles.document(named: "auth0")
    for domain: ExactText in ["https://d.example/", "d.example/", "d", "d.example:443"] {
      #expect(throws: ProfileError.self) {
        try auth0.profile(parameters: ["client-id": "c", "domain": domain], publicKey: nil, isSigning: true)
      }
    }
    #expect(throws: ProfileError.self) { try BuiltInProfiles.document(named: "nobody") }
  }

  @Test("The public key's fingerprint is filled in")
  func fingerprint() throws {
    let key = PublicKey(
      subjectPublicKeyInfo: [1], kind: .other("none"), sha256Fingerprint: [UInt8](repeating: 0xFF, count: 32))
    let profile = try BuiltInProfiles.document(named: "snowflake")
      .profile(parameters: ["account": "A", "user": "U"], publicKey: key, isSigning: true)
    #expect(profile.claims.first?.expectation == .oneOf(["A.U.SHA256://////////////////////////////////////////8="]))
  }

  @Test(
    "A document with a single mistake is refused",
    arguments: [
      ",\"unknown\":1", ",\"algorithms\":[]", ",\"time\":{\"lifetime\":\"ten\"}",
      ",\"time\":{\"lifetime\":\"2m\",\"maximum\":\"1m\"}",
      ",\"time\":{\"measured-from\":\"then\"}", ",\"claims\":{\"iss\":\"{nobody}\"}", ",\"claims\":{\"iss\":\"{open\"}",
      ",\"claims\":{\"iss\":\"close}\"}", ",\"claims\":{\"exp\":\"1\"}",
      ",\"claims\":{\"iss\":{\"form\":\"odd\"}}",
      ",\"claims\":{\"iss\":{\"misspelt\":1}}", ",\"parameters\":{\"a\":1}", ",\"parameters\":{\"a\":{\"optional\":1}}",
      ",\"parameters\":{\"a\":{}}", ",\"parameters\":{\"A\":{}},\"claims\":{\"c\":\"{A}\"}",
      ",\"parameters\":{\"\":{}},\"claims\":{\"c\":\"{}\"}",
      ",\"parameters\":{\"\u{E9}\":{}},\"claims\":{\"c\":\"{\u{E9}}\"}",
      ",\"parameters\":{\"public-key-sha256\":{}},\"claims\":{\"c\":\"{public-key-sha256}\"}",
      ",\"parameters\":{\"a\":{\"form\":\"guid\",\"default\":\"x\"}},\"claims\":{\"c\":\"{a}\"}",
      ",\"parameters\":{\"a\":{\"one-of\":[\"x\"],\"default\":\"y\"}},\"claims\":{\"c\":\"{a}\"}",
      ",\"parameters\":{\"a\":{\"one-of\":[\"x\"],\"form\":\"upper-case\"}},\"claims\":{\"c\":\"{a}\"}",
      ",\"claims\":{\"c\":{\"value\":\"x\",\"values\":[\"y\"]}}",
      ",\"claims\":{\"c\":{\"value\":\"x\",\"presence\":\"forbidden\"}}",
      ",\"claims\":{\"c\":{\"generated\":true,\"presence\":\"forbidden\"}}", ",\"claims\":{\"c\":{\"values\":[]}}",
      ",\"time\":{\"maximum\":\"1m\",\"exp\":\"optional\"}",
      ",\"time\":{\"measured-from\":\"nbf\",\"nbf\":\"forbidden\"}", ",\"time\":{\"iat\":\"forbidden\"}",
      ",\"time\":{\"lifetime\":600}", ",\"time\":{\"leeway\":\"1m\"}", ",\"claims\":{\"nbf\":{}}",
      ",\"claims\":{\"c\":\"\"}", ",\"algorithms\":null",
      ",\"key-hints\":[\"jku\"]", ",\"other-claims\":\"sometimes\"", ",\"id\":\"y\"", ",\"typ\":\"\"",
    ])
  func refuses(_ members: String) {
    #expect(throws: ProfileError.self) { try self.document(members) }
  }

  @Test(
    "An algorithm that is not an RSA signature, another version, or a missing id is refused",
    arguments: [
      "{\"keyroll-profile\":1,\"id\":\"x\",\"algorithms\":[\"HS256\"]}",
      "{\"keyroll-profile\":2,\"id\":\"x\",\"algorithms\":[\"RS256\"]}",
      "{\"keyroll-profile\":1,\"algorithms\":[\"RS256\"]}", "[]", "",
    ])
  func refusesWhole(_ text: String) {
    #expect(throws: ProfileError.self) { try ProfileDocument(Array(text.utf8).span) }
  }

  @Test("A parameter that is not known when verifying leaves every claim that needs it uncompared")
  func partlyKnown() throws {
    let text =
      ",\"parameters\":{\"a\":{\"optional\":true}},\"claims\":{\"iss\":{\"values\":[\"{a}\",\"fixed\"]},\"sub\":\"{a}\"}"
    func expectations(_ values: [String: ExactText], _ isSigning: Bool) throws -> [ClaimPolicy.Expectation] {
      try document(text).profile(parameters: values, publicKey: nil, isSigning: isSigning).claims.map(\.expectation)
    }
    #expect(try expectations([:], false) == [.unknownText, .unknownText])
    #expect(try expectations([:], true) == [.oneOf(["fixed"]), .unknownText])
    #expect(try expectations(["a": "x"], false) == [.oneOf(["x", "fixed"]), .oneOf(["x"])])
  }

  @Test("An unknown value is not written, and the claim that needs it is refused before the key is used")
  func unfilled() throws {
    let profile = try document(
      ",\"parameters\":{\"a\":{\"optional\":true}},\"claims\":{\"iss\":\"{a}\"},\"time\":{\"iat\":\"required\"}"
    )
    .profile(parameters: [:], publicKey: nil, isSigning: true)
    let signer = FakeSigner()
    let assembler = try TokenAssembler(profile: profile, signer: signer, cryptography: FakeCryptography())
    let draft = try profile.draft(DraftRequest(time: Self.now), for: signer)
    #expect(throws: TokenError.self) { try assembler.assemble(draft, at: Self.now) }
    #expect(signer.useCount == 0)
  }

  @Test("One of several required key hints is enough, and a kid that is required alone has its own check too")
  func requiredHints() throws {
    func profile(_ names: String) throws -> Profile {
      try document(",\"required-key-hints\":[\(names)]").profile(parameters: [:], publicKey: nil, isSigning: false)
    }
    #expect(try profile("\"kid\"").keyID.isRequired)
    #expect(try !profile("\"kid\",\"x5t\"").keyID.isRequired)
    #expect(try profile("\"kid\",\"x5t\"").requiredHints == [.kid, .x5t])
  }

  @Test("An empty list of key hints means none, and typ may be optional or absent")
  func typeAndHints() throws {
    func profile(_ members: String) throws -> Profile {
      try document(members).profile(parameters: [:], publicKey: nil, isSigning: false)
    }
    #expect(try profile(",\"key-hints\":[]").hints.isEmpty)
    #expect(try profile(",\"typ\":\"x\"").type == TypePolicy("x", presence: .required))
    let optional = try profile(",\"typ\":{\"value\":\"x\",\"presence\":\"optional\"}")
    #expect(optional.type == TypePolicy("x", presence: .optional))
    let absent = try profile(",\"typ\":{\"presence\":\"forbidden\"}")
    let signer = FakeSigner()
    #expect(try absent.draft(DraftRequest(time: Self.now), for: signer).header["typ"] == nil)
    #expect(try optional.draft(DraftRequest(time: Self.now), for: signer).header["typ"] == "x")
    #expect(try FakeToken(header: "{\"alg\":\"RS256\"}").report(optional).failures.isEmpty)
    #expect(try FakeToken(header: "{\"alg\":\"RS256\",\"typ\":\"y\"}").report(optional).failures == ["typ:wrong-type"])
    #expect(try FakeToken(header: "{\"alg\":\"RS256\",\"typ\":\"x\"}").report(absent).failures == ["typ:wrong-type"])
  }

  @Test(
    "A claim is any JSON value, made from parameters of any type, and written as an array if the profile says so",
    arguments: [
      ("7", "7"), ("true", "true"), ("null", "null"), ("[\"x\",\"{t}\"]", "[\"x\",\"text\"]"), ("\"{n}\"", "5"),
      ("\"n{n}\"", "\"n5\""), ("\"{b}\"", "false"), ("{\"value\":{\"a\":[\"{n}\",\"{t}\"]}}", "{\"a\":[5,\"text\"]}"),
      ("{\"values\":[1,2]}", "1"), ("{\"value\":\"{t}\",\"array-written\":true}", "[\"text\"]"),
    ])
  func typed(_ claim: String, _ written: String) throws {
    let profile = try document(
      ",\"parameters\":{\"n\":{\"type\":\"integer\"},\"b\":{\"type\":\"boolean\"},\"t\":{}},"
        + "\"claims\":{\"c\":\(claim),\"all\":\"{n}{b}{t}\"}"
    )
    .profile(parameters: ["n": "5", "b": "false", "t": "text"], publicKey: nil, isSigning: true)
    let draft = try profile.draft(DraftRequest(time: Self.now), for: FakeSigner())
    let value = try #require(draft.claims["c"])
    #expect(JSONWriter.text(value) == written)
    #expect(
      profile.check(draft, at: Self.now, cryptography: FakeCryptography()).first { $0.id == "c" }?.status == .passed)
    var other = draft.claims
    other["c"] = "another"
    let checks = profile.check(
      TokenDraft(header: draft.header, claims: other, publicKey: nil, certificate: nil), at: Self.now,
      cryptography: FakeCryptography())
    #expect(checks.first { $0.id == "c" }?.finding?.reason == "claim-mismatch")
  }

  @Test(
    "A parameter has the type that the profile says",
    arguments: [("5", true), ("five", false), ("5.5", false), ("\"5\"", false), ("", false)] as [(ExactText, Bool)])
  func parameterType(_ value: ExactText, _ isAccepted: Bool) throws {
    let document = try document(",\"parameters\":{\"n\":{\"type\":\"integer\"}},\"claims\":{\"c\":\"{n}\"}")
    do throws(ProfileError) {
      _ = try document.profile(parameters: ["n": value], publicKey: nil, isSigning: true)
      #expect(isAccepted)
    } catch {
      #expect(!isAccepted)
      #expect(error.code == .malformedParameter)
    }
  }

  @Test(
    "A claim that the user gives is of the type that the profile says",
    arguments: [("integer", "5", true), ("integer", "\"5\"", false), ("object", "{}", true), ("any", "[]", true)])
  func claimType(_ type: String, _ value: String, _ isAccepted: Bool) throws {
    let profile = try document(",\"claims\":{\"c\":{\"type\":\"\(type)\"}}")
      .profile(parameters: [:], publicKey: nil, isSigning: false)
    let report = try FakeToken(claims: "{\"c\":\(value),\"exp\":1700000600}").report(profile)
    #expect(report.failures == (isAccepted ? [] : ["c:claim-malformed"]))
  }

  @Test("Doubled braces stand for themselves")
  func braces() throws {
    let profile = try document(",\"claims\":{\"iss\":\"{{a}}\"}").profile(
      parameters: [:], publicKey: nil, isSigning: true)
    #expect(profile.claims.first?.expectation == .oneOf(["{a}"]))
  }
}
