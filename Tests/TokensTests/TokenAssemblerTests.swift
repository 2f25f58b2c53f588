import Encodings
import JSON
import Messages
import Tokens
import Signing
import SigningTesting
import Testing

@Suite("TokenAssembler")
struct TokenAssemblerTests {
  private static let profile: Profile = {
    var profile = Profile.general(algorithms: AlgorithmPolicy(preferring: .rs256), issuer: "me")
    profile.time.notBefore = .required
    profile.time.maximumLifetime = .minutes(10)
    return profile
  }()

  private func request(_ claims: JSONObject = JSONObject()) -> DraftRequest {
    DraftRequest(time: FakeToken.now, claims: claims)
  }

  private func assembler(_ signer: any Signer) throws(TokenError) -> TokenAssembler {
    try TokenAssembler(profile: Self.profile, signer: signer, cryptography: FakeCryptography())
  }

  /// The id of the error, and how often the key was used.
  private func refusal(_ signer: FakeSigner, _ draft: TokenDraft) throws -> (id: String?, useCount: Int) {
    do {
      _ = try assembler(signer).assemble(draft, at: FakeToken.now)
      return (nil, signer.useCount)
    } catch { return (error.id, signer.useCount) }
  }

  @Test("A draft that passes is signed once, and the token has the contents of the draft")
  func signs() throws {
    let signer = FakeSigner()
    let draft = try Self.profile.draft(request(["a": "b"]), for: signer)
    let token = try assembler(signer).assemble(draft, at: FakeToken.now)
    #expect(signer.useCount == 1)
    #expect(token.report.isAccepted)
    #expect(token.report.verifiedToken?.header == draft.header)
    #expect(token.report.verifiedToken?.claims == draft.claims)
    #expect(
      TokenVerifier(profile: Self.profile, keys: [TrustedKey(FakeVerifier())], cryptography: FakeCryptography()).verify(
        token.bytes.span, at: FakeToken.now
      ).isAccepted)
  }

  @Test(
    "A refused draft never reaches the key",
    arguments: [
      (["iss": "you"], "claim-mismatch"), (["aud": .array([.integer(1)])], "claim-malformed"),
      (["sub": ""], "claim-empty"), (["iss": .null], "claim-malformed"),
    ] as [(JSONObject, String)])
  func refused(_ claims: JSONObject, _ id: String) throws {
    let signer = FakeSigner()
    let refusal = try refusal(signer, Self.profile.draft(request(claims), for: signer))
    #expect(refusal == (id, 0))
  }

  @Test(
    "A life that is too long, backwards or endless never reaches the key",
    arguments: [
      (TimeSpan.seconds(601), "window-too-long"), (.seconds(0), "expired"), (.seconds(-1), "expired"),
      (.seconds(.max), "date-out-of-range"),
      (.seconds(.min), "date-out-of-range"),
    ])
  func lifetimes(_ lifetime: TimeSpan, _ id: String) throws {
    let signer = FakeSigner()
    var request = request()
    request.lifetime = lifetime
    #expect(try refusal(signer, Self.profile.draft(request, for: signer)) == (id, 0))
  }

  @Test(
    "A draft beyond a limit of the verifier never reaches the key",
    arguments: [
      ("json-too-deep", (0..<Limits.depth).reduce(JSONValue.null) { value, _ in .array([value]) }),
      ("json-too-many-elements", .array([JSONValue](repeating: .null, count: Limits.elementCount + 1))),
      ("json-too-large", .string(ExactText(String(repeating: "a", count: Limits.byteCount)))),
      ("token-too-large", .string(ExactText(String(repeating: "a", count: Limits.byteCount / 4 * 3)))),
    ])
  func limits(_ id: String, _ value: JSONValue) throws {
    let signer = FakeSigner()
    #expect(try refusal(signer, Self.profile.draft(request(["a": value]), for: signer)) == (id, 0))
  }

  @Test("The longest token that the verifier reads is signed, and one byte more is not")
  func longest() throws {
    func draft(_ count: Int, _ signer: FakeSigner) throws -> TokenDraft {
      try Self.profile.draft(request(["a": .string(ExactText(String(repeating: "a", count: count)))]), for: signer)
    }
    let signer = FakeSigner()
    let shortest = try assembler(signer).assemble(try draft(0, signer), at: FakeToken.now).bytes.count
    let room = (Limits.byteCount - shortest) / 4 * 3
    #expect(throws: Never.self) { try assembler(signer).assemble(try draft(room, signer), at: FakeToken.now) }
    let other = FakeSigner()
    #expect(try refusal(other, draft(room + 4, other)) == ("token-too-large", 0))
  }

  @Test("A draft for another key, certificate or algorithm never reaches the key")
  func foreignDrafts() throws {
    let certificate = Certificate.fake()
    let own = FakeSigner(certificates: [certificate])
    let others: [any Signer] = [
      FakeSigner(publicKey: .fake(2)), FakeSigner(), FakeSigner(certificates: [.fake(2)]),
      FakeSigner(.ps256, certificates: [certificate]),
    ]
    for other in others { #expect(try refusal(own, Self.profile.draft(request(), for: other)) == ("key-mismatch", 0)) }
    let good = try Self.profile.draft(request(), for: own)
    let withoutKey = TokenDraft(header: good.header, claims: good.claims, publicKey: nil, certificate: certificate)
    #expect(try refusal(own, withoutKey) == ("key-mismatch", 0))
    #expect(try refusal(own, good) == (nil, 1))
  }

  @Test(
    "The verifier catches a signer that lies, and its token is not returned", arguments: LyingSigner.Lie.allCases
  )
  func liar(_ lie: LyingSigner.Lie) throws {
    let signer = LyingSigner(lie)
    let draft = try Self.profile.draft(request(), for: signer)
    let assembler = try assembler(signer)
    #expect(throws: TokenError.self) { try assembler.assemble(draft, at: FakeToken.now) }
    do { _ = try assembler.assemble(draft, at: FakeToken.now) } catch { #expect(error.id == lie.error) }
  }

  @Test("The error of a signer that fails says why")
  func failure() throws {
    let signer = FakeSigner(failure: SigningError(.signingFailed, "the key is gone"))
    #expect(try refusal(signer, Self.profile.draft(request(), for: signer)) == ("signing-failed", 1))
  }

  @Test("A window in the future is judged for its own time")
  func futureWindow() throws {
    var request = request()
    request.notBefore = FakeToken.now + .minutes(60)
    let signer = FakeSigner(certificates: [.fake(notAfter: FakeToken.now.seconds + 1800)])
    #expect(try refusal(signer, Self.profile.draft(request, for: signer)) == ("certificate-expired", 0))
    let longer = FakeSigner(certificates: [.fake()])
    #expect(try refusal(longer, Self.profile.draft(request, for: longer)) == (nil, 1))
  }

  @Test("No claim changes the header, and the caller cannot set the dates")
  func header() throws {
    let signer = FakeSigner()
    let smuggled: JSONObject = [
      "alg": "none", "typ": "x", "kid": "x", "x5t": "x", "x5c": .array([]), "crit": .array(["a"]),
    ]
    #expect(try Self.profile.draft(request(smuggled), for: signer).header == ["alg": "RS256", "typ": "JWT"])
    for name in ["iat", "nbf", "exp"] as [ExactText] {
      var claims = JSONObject()
      claims[name] = .integer(1)
      #expect(throws: ProfileError.self) { try Self.profile.draft(self.request(claims), for: signer) }
    }
  }

  @Test("A draft is judged once, and its token once")
  func judgements() throws {
    let signer = FakeSigner()
    let judgements = CallCount()
    var profile = Self.profile
    profile.furtherRules = { _ in [CountingRule(calls: judgements)] }
    let assembler = try TokenAssembler(profile: profile, signer: signer, cryptography: FakeCryptography())
    let judged = try assembler.judge(try profile.draft(request(), for: signer), at: FakeToken.now)
    #expect((judgements.count, signer.useCount) == (1, 0))
    let token = try judged.sign()
    #expect((judgements.count, signer.useCount) == (2, 1))
    #expect(token.report.time == judged.start)
    #expect(judged.warnings.isEmpty)
  }
}

/// Counts the drafts and tokens that it judges, all of which are good.
struct CountingRule: ClaimRule {
  let id = "counted"
  let calls: CallCount

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    calls.increment()
    return passed()
  }
}
