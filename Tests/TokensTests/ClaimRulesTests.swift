import Encodings
import Tokens
import JSON
import Signing
import SigningTesting
import Testing

@Suite("The rules about claims")
struct ClaimRulesTests {
  private func report(_ claims: String, _ profile: Profile) throws -> VerificationReport {
    try FakeToken(claims: claims).report(profile)
  }

  private static let forMe = Profile.general(algorithms: AlgorithmPolicy(preferring: .rs256), audience: "me")

  @Test(
    "An audience array is accepted if it contains the audience and only strings",
    arguments: [
      ("\"me\"", nil), ("[\"me\"]", nil), ("[\"you\",\"me\"]", nil), ("[\"me\",\"you\"]", nil),
      ("[\"you\"]", "claim-mismatch"),
      ("[]", "claim-empty"), ("[\"me\",5]", "claim-malformed"), ("[5,\"me\"]", "claim-malformed"),
      ("[\"me\",null]", "claim-malformed"),
      ("[[\"me\"]]", "claim-malformed"), ("{\"me\":1}", "claim-malformed"), ("\"ME\"", "claim-mismatch"),
      ("\"me \"", "claim-mismatch"),
      ("\"\"", "claim-empty"), ("null", "claim-malformed"), ("\"m\\u0065\"", nil), ("\"me\\u0000\"", "claim-mismatch"),
    ] as [(String, String?)])
  func audience(_ value: String, _ reason: String?) throws {
    #expect(try report("{\"aud\":\(value)}", Self.forMe).failures == reason.map { ["aud:\($0)"] } ?? [])
  }

  @Test("A value that is canonically equivalent but differs in code points is another value")
  func codePoints() throws {
    let profile = Profile.general(algorithms: AlgorithmPolicy(preferring: .rs256), issuer: "\u{E9}")
    #expect(try report("{\"iss\":\"\u{E9}\"}", profile).isAccepted)
    #expect(try report("{\"iss\":\"e\u{301}\"}", profile).failures == ["iss:claim-mismatch"])
  }

  @Test("A claim that has the name of another check is judged under an id of its own")
  func namesOfChecks() throws {
    let dates = ["exp", "nbf", "iat"]
    for name in try report("{}", .anyToken).checks.map(\.id) where !dates.contains(name) {
      let profile = Profile.general(algorithms: AlgorithmPolicy(preferring: .rs256), required: [ExactText(name)])
      let missing = try report("{}", profile)
      #expect(missing.failures.count == 1, "\(name)")
      for report in [missing, try report("{\"\(name)\":\"x\"}", profile)] {
        #expect(Set(report.checks.map(\.id)).count == report.checks.count, "\(name)")
      }
      #expect(try report("{\"\(name)\":\"x\"}", profile).isAccepted, "\(name)")
    }
  }

  @Test("A token without a signature is refused even if a claim has the name of that check")
  func claimNamedSignature() throws {
    let profile = Profile.general(algorithms: AlgorithmPolicy(preferring: .rs256), required: ["signature"])
    let stranger = [TrustedKey(FakeVerifier(.fake(2)))]
    #expect(try !FakeToken(claims: "{\"signature\":\"good\"}").report(profile, keys: stranger).isAccepted)
  }

  @Test("Claims that a profile does not know are allowed, reported or refused, as the profile says")
  func otherClaims() throws {
    var profile = Profile.anyToken
    #expect(try report("{\"a\":1,\"exp\":1700000600}", profile).cautions.isEmpty)
    profile.otherClaims = .reported
    #expect(try report("{\"a\":1,\"exp\":1700000600}", profile).cautions == ["other-claims:claim-unexpected"])
    profile.otherClaims = .refused
    #expect(try report("{\"a\":1}", profile).failures == ["other-claims:claim-unexpected"])
    #expect(try report("{\"exp\":1700000600}", profile).isAccepted)
  }

  @Test(
    "Each presence and expectation is exact on both sides",
    arguments: [
      (ClaimPolicy("c", .anyValue), "{}", "claim-missing"), (ClaimPolicy("c", .anyValue), "{\"c\":{}}", nil),
      (ClaimPolicy("c", .anyText, presence: .forbidden), "{\"c\":\"x\"}", "claim-forbidden"),
      (ClaimPolicy("c", .anyText, presence: .forbidden), "{}", nil),
      (ClaimPolicy("c", .anyText), "{\"c\":\"x\"}", nil),
      (ClaimPolicy("c", .anyText), "{\"c\":[\"x\"]}", "claim-malformed"),
      (ClaimPolicy("aud", .anyText), "{\"aud\":[\"x\",\"y\"]}", "audience-several"),
      (ClaimPolicy("c", .anyText), "{\"c\":7}", "claim-malformed"),
      (ClaimPolicy("c", .anyText, form: .guid), "{\"c\":\"x\"}", "claim-malformed"),
      (ClaimPolicy("c", .oneOf(["http://x"]), form: .httpsAddress), "{\"c\":\"http://x\"}", "claim-malformed"),
      (ClaimPolicy("c", .oneOf([])), "{\"c\":\"x\"}", "claim-mismatch"),
      (ClaimPolicy("c", .oneOf(["x"]), knownMistakes: [.init("y", "is y")]), "{\"c\":\"y\"}", "claim-known-mistake"),
      (
        ClaimPolicy("c", .oneOf(["x"]), tolerated: [.init("y", "is y", onlyLeniently: true)]), "{\"c\":\"y\"}",
        "claim-tolerated"
      ),
    ] as [(ClaimPolicy, String, String?)])
  func policies(_ policy: ClaimPolicy, _ claims: String, _ reason: String?) throws {
    var profile = Profile.anyToken
    profile.claims = [policy]
    #expect(try report(claims, profile).failures.first == reason.map { "\(policy.name):\($0)" })
  }

  @Test(
    "A value of any type is compared as JSON, and a number passes for a text only if the policy says so",
    arguments: [
      (ClaimPolicy("c", .oneOfValues([.integer(5), .boolean(true)])), "5", nil),
      (ClaimPolicy("c", .oneOfValues([.integer(5), .boolean(true)])), "true", nil),
      (ClaimPolicy("c", .oneOfValues([.integer(5)])), "\"5\"", "claim-mismatch"),
      (ClaimPolicy("c", .oneOfValues([.integer(5)]), allowsArray: true), "[4,5]", nil),
      (ClaimPolicy("c", .oneOfValues([.integer(5)])), "[5]", "claim-mismatch"),
      (ClaimPolicy("c", .anyOfType(.integer)), "5", nil),
      (ClaimPolicy("c", .anyOfType(.integer)), "5.5", "claim-malformed"),
      (ClaimPolicy("c", .anyOfType(.boolean)), "1", "claim-malformed"),
      (ClaimPolicy("c", .oneOf(["5"]), allowsNumber: true), "5", nil),
      (ClaimPolicy("c", .oneOf(["5"])), "5", "claim-malformed"),
      (ClaimPolicy("c", .oneOf(["5"]), allowsNumber: true), "5.0", "claim-mismatch"),
      (ClaimPolicy("c", .oneOf(["5"]), allowsNumber: true), "6", "claim-mismatch"),
    ] as [(ClaimPolicy, String, String?)])
  func types(_ policy: ClaimPolicy, _ value: String, _ reason: String?) throws {
    var profile = Profile.anyToken
    profile.claims = [policy]
    #expect(try report("{\"c\":\(value)}", profile).failures == reason.map { ["c:\($0)"] } ?? [])
  }

  @Test(
    "A receiver accepts an array with the expected value, but a signer must expect each element",
    arguments: [
      ("[\"a\"]", true, true), ("[\"b\",\"a\"]", true, false), ("[\"b\"]", false, false), ("\"a\"", true, true),
    ])
  func signedArray(_ value: String, _ isAccepted: Bool, _ isSigned: Bool) throws {
    var profile = Profile.anyToken
    profile.claims = [ClaimPolicy("aud", .oneOf(["a"]), allowsArray: true)]
    let claims = "{\"aud\":\(value),\"exp\":1700000600}"
    #expect(try report(claims, profile).failures.isEmpty == isAccepted)
    let draft = TokenDraft(
      header: ["alg": "RS256", "typ": "JWT"], claims: try JSONReader.object(Array(claims.utf8)), publicKey: .fake(),
      certificate: nil)
    let checks = profile.check(draft, at: FakeToken.now, cryptography: FakeCryptography())
    #expect(checks.filter { $0.status == .failed }.map(\.id) == (isSigned ? [] : ["aud"]))
  }

  @Test(
    "A known value may be a text of a form between two others, or a text in any case",
    arguments: [
      (ClaimPolicy.KnownValue.Match.between("https://h/", .hostName, "/t"), "https://h/a.b/t", true),
      (.between("https://h/", .hostName, "/t"), "https://h/a/t", false),
      (.between("https://h/", .hostName, "/t"), "https://h/a.b/c/t", false),
      (.between("https://h/", .text, ""), "https://h/", false),
      (.between("https://h/", .text, ""), "https://h/x", true),
      (.between("ab", .text, "ba"), "aba", false), (.ignoringCase("https://h/oauth2"), "https://H/oAuth2", true),
      (.exactly("a"), "A", false),
    ] as [(ClaimPolicy.KnownValue.Match, String, Bool)])
  func knownValues(_ match: ClaimPolicy.KnownValue.Match, _ text: String, _ isKnown: Bool) throws {
    var profile = Profile.anyToken
    profile.claims = [ClaimPolicy("c", .oneOf(["x"]), tolerated: [.init(match, "is known", isIncomparable: true)])]
    let report = try report("{\"c\":\"\(text)\"}", profile)
    #expect(report.failures == (isKnown ? [] : ["c:claim-mismatch"]))
    #expect(report.cautions.contains("c:not-compared") == isKnown)
  }

  @Test(
    "An https address has an ASCII host and no user name",
    arguments: [
      ("https://h.example/a", true), ("https://h:8443/a?b@c", true), ("https://[::1]/", true), ("https://h", true),
      ("https://u@h.example/", false), ("https://u:p@h.example/", false), ("https://\u{456}xample.com/", false),
      ("https:///a", false), ("https://:443/", false), ("https://h\\a/", false), ("https://", false),
      ("http://h/", false),
    ] as [(ExactText, Bool)])
  func addresses(_ text: ExactText, _ isAddress: Bool) { #expect(TextForm.httpsAddress.matches(text) == isAddress) }

  @Test(
    "A value that is not compared gives a warning, and so do a tolerated one and a GUID in another case",
    arguments: [
      (ClaimPolicy("c", .unknownText), "\"x\"", "not-compared"),
      (ClaimPolicy("c", .oneOf(["x"]), tolerated: [.init("y", "is y")]), "\"y\"", "claim-tolerated"),
      (
        ClaimPolicy("c", .oneOf(["0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01"]), form: .guid),
        "\"0B5F2F6E-7A8A-4D4E-9F53-3F6C2B1A9D01\"", "claim-tolerated"
      ),
    ])
  func warnings(_ policy: ClaimPolicy, _ value: String, _ reason: String) throws {
    var profile = Profile.anyToken
    profile.claims = [policy]
    let report = try report("{\"c\":\(value),\"exp\":1700000600}", profile)
    #expect(report.isAccepted)
    #expect(report.cautions == ["c:\(reason)"])
  }
}
