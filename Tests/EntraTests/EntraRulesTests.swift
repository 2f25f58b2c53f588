import Encodings
import Entra
import JSON
import Tokens
import Signing
import SigningTesting
import Testing

/// The two profiles on tokens of a fake key: tests that need no file.
@Suite("The Entra profiles")
struct EntraRulesTests {
  private static let client: ExactText = "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01"
  private static let tenant: ExactText = "72f988bf-86f1-41af-91ab-2d7cd011db47"
  private static let thumbprints =
    "\"x5t\":\"\(Thumbprint.sha1.text(of: certificate))\",\"x5t#S256\":\"\(Thumbprint.sha256.text(of: certificate))\""
  private static let now = NumericDate(seconds: 1_700_000_000)

  private static let certificate = Certificate(
    der: [1], publicKey: .fake(), subject: "", issuer: "", subjectDER: [1], issuerDER: [1], serialNumber: [1],
    notBefore: 1_600_000_000,
    notAfter: 1_800_000_000, allowsDigitalSignature: true, signatureAlgorithmName: "", hasWeakSignature: false,
    sha1Thumbprint: [UInt8](repeating: 1, count: 20), sha256Thumbprint: [UInt8](repeating: 2, count: 32))

  private func failures(
    _ profile: Profile, _ header: String, _ claims: String, _ algorithm: SignatureAlgorithm = .ps256,
    isLenient: Bool = false
  ) throws -> [String] {
    let text = Array([header, claims].map { Base64.url.text(Array($0.utf8)) }.joined(separator: ".").utf8)
    let signature = try FakeSigner(algorithm).sign(text.span)
    let token = text + Array(".\(Base64.url.text(signature.bytes))".utf8)
    let report = TokenVerifier(
      profile: profile, keys: [TrustedKey(FakeVerifier(), certificate: Self.certificate)],
      cryptography: FakeCryptography(), isLenient: isLenient
    )
    .verify(token.span, at: Self.now)
    #expect(report.isAccepted == report.failedChecks.isEmpty)
    return report.failedChecks.map { "\($0.id):\($0.finding?.reason ?? "")" }
  }

  private func assertion(_ members: String = "") -> String {
    "{\"aud\":\"https://login.microsoftonline.com/\(Self.tenant)/oauth2/v2.0/token\",\"iss\":\"\(Self.client)\",\"jti\":\"a\",\"nbf\":1700000000,\"exp\":1700000600\(members)}"
  }

  @Test(
    "The documented pairs of alg and thumbprint pass, and any other is refused strictly and tolerated leniently",
    arguments: [
      ("PS256", Thumbprint.sha256, true), ("RS256", .sha1, true), ("PS256", .sha1, false), ("RS256", .sha256, false),
    ])
  func pairing(_ name: String, _ thumbprint: Thumbprint, _ isDocumented: Bool) throws {
    let profile = try Profile.entraAssertion(tenant: Self.tenant, clientID: Self.client)
    let header =
      "{\"alg\":\"\(name)\",\"typ\":\"JWT\",\"\(thumbprint.headerName)\":\"\(thumbprint.text(of: Self.certificate))\"}"
    let algorithm = try #require(SignatureAlgorithm(name: name))
    let claims = assertion(",\"sub\":\"\(Self.client)\"")
    #expect(try failures(profile, header, claims, algorithm) == (isDocumented ? [] : ["key-hint-pairing:hint-pairing"]))
    #expect(try failures(profile, header, claims, algorithm, isLenient: true).isEmpty)
  }

  @Test(
    "sub repeats iss, even if neither is known",
    arguments: [
      (client, nil), ("0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d02", "sub-is-iss:claim-mismatch"),
      ("0B5F2F6E-7A8A-4D4E-9F53-3F6C2B1A9D01", "sub-is-iss:claim-mismatch"),
    ] as [(ExactText, String?)])
  func subject(_ subject: ExactText, _ failure: String?) throws {
    let profile = try Profile.entraAssertion(tenant: nil, clientID: nil)
    let header = "{\"alg\":\"PS256\",\"typ\":\"JWT\",\(Self.thumbprints)}"
    #expect(try failures(profile, header, assertion(",\"sub\":\"\(subject)\"")) == (failure.map { [$0] } ?? []))
  }

  @Test(
    "Lenient rules change nothing for a proof",
    arguments: [
      ("\"1700000000\"", "1700000600", "nbf:date-as-string"), ("1700000000", "1700000600.5", "exp:date-fractional"),
      ("1700000000", "1700003600", "lifetime:window-too-long"),
      ("null", "1700000600", "nbf:date-malformed"), ("1700000000", "1700000600", nil),
    ] as [(String, String, String?)])
  func proofIsStrict(_ notBefore: String, _ end: String, _ failure: String?) throws {
    let profile = try Profile.graphProof(objectID: Self.client)
    let header = "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"x5t\":\"\(Thumbprint.sha1.text(of: Self.certificate))\"}"
    let claims =
      "{\"aud\":\"00000002-0000-0000-c000-000000000000\",\"iss\":\"\(Self.client)\",\"nbf\":\(notBefore),\"exp\":\(end)}"
    for isLenient in [false, true] {
      #expect(try failures(profile, header, claims, .rs256, isLenient: isLenient) == (failure.map { [$0] } ?? []))
    }
  }

  /// `id:reason` of every check about an assertion with this audience that failed or warned.
  private func findings(
    aud: String, header: String = "", tenant: ExactText = tenant, isLenient: Bool = false
  ) throws -> [String] {
    let profile = try Profile.entraAssertion(tenant: tenant, clientID: Self.client)
    let header = header.isEmpty ? "{\"alg\":\"PS256\",\"typ\":\"JWT\",\(Self.thumbprints)}" : header
    let claims =
      "{\"aud\":\"\(aud)\",\"iss\":\"\(Self.client)\",\"sub\":\"\(Self.client)\",\"jti\":\"a\",\"nbf\":1700000000,\"exp\":1700000600}"
    let text = Array([header, claims].map { Base64.url.text(Array($0.utf8)) }.joined(separator: ".").utf8)
    let token = text + Array(".\(Base64.url.text(try FakeSigner(.ps256).sign(text.span).bytes))".utf8)
    let report = TokenVerifier(
      profile: profile, keys: [TrustedKey(FakeVerifier(), certificate: Self.certificate)],
      cryptography: FakeCryptography(), isLenient: isLenient
    )
    .verify(token.span, at: Self.now)
    return (report.failedChecks + report.warnings).map { "\($0.id):\($0.finding?.reason ?? "")" }
  }

  private static let login = "https://login.microsoftonline.com/"

  @Test(
    "The audience of an assertion is compared as far as possible",
    arguments: [
      ("\(login)\(tenant)/oauth2/v2.0/token", tenant, [], []),
      ("\(login)contoso.example/oauth2/v2.0/token", tenant, ["aud:not-compared"], ["aud:not-compared"]),
      ("\(login)\(tenant)/oauth2/v2.0/token", "contoso.example", ["aud:not-compared"], ["aud:not-compared"]),
      ("\(login)other.example/oauth2/v2.0/token", "contoso.example", ["aud:claim-mismatch"], ["aud:claim-mismatch"]),
      ("\(login)common/oauth2/v2.0/token", tenant, ["aud:claim-mismatch"], ["aud:claim-mismatch"]),
      ("\(login)\(tenant)/OAuth2/Token", tenant, ["aud:claim-tolerated"], ["aud:claim-tolerated"]),
      ("\(login)\(tenant)/oAuth2/v2.0/token", tenant, ["aud:claim-tolerated"], ["aud:claim-tolerated"]),
      ("\(login)\(tenant)/oauth2/v2.0/token/", tenant, ["aud:claim-tolerated"], ["aud:claim-tolerated"]),
      (
        "https://login.microsoftonline.us/\(tenant)/oauth2/v2.0/token", tenant, ["aud:claim-known-mistake"],
        ["aud:claim-known-mistake"]
      ),
      ("api://AzureADTokenExchange", tenant, ["aud:claim-known-mistake"], ["aud:claim-known-mistake"]),
      ("00000002-0000-0000-c000-000000000000", tenant, ["aud:claim-known-mistake"], ["aud:claim-known-mistake"]),
    ] as [(String, ExactText, [String], [String])])
  func audiences(_ audience: String, _ tenant: ExactText, _ strict: [String], _ lenient: [String]) throws {
    #expect(try findings(aud: audience, tenant: tenant) == strict)
    #expect(try findings(aud: audience, tenant: tenant, isLenient: true) == lenient)
  }

  @Test(
    "A kid beside the thumbprint may be anything, and lenient rules accept a header without typ and a thumbprint with line breaks",
    arguments: [
      (
        "{\"alg\":\"PS256\",\"typ\":\"JWT\",\"kid\":\"broker\",\(thumbprints)}", ["kid:kid-of-another"],
        ["kid:kid-of-another"]
      ),
      ("{\"alg\":\"PS256\",\(thumbprints)}", ["typ:missing-type"], ["typ:missing-type"]),
    ])
  func foreignHeader(_ header: String, _ strict: [String], _ lenient: [String]) throws {
    let audience = "\(Self.login)\(Self.tenant)/oauth2/v2.0/token"
    #expect(try findings(aud: audience, header: header) == strict)
    #expect(try findings(aud: audience, header: header, isLenient: true) == lenient)
    let profile = try Profile.entraAssertion(tenant: Self.tenant, clientID: Self.client)
    #expect(try failures(profile, header, assertion(",\"sub\":\"\(Self.client)\""), isLenient: true).isEmpty)
  }

  @Test(
    "A client assertion in place of a proof is recognised",
    arguments: ["\(login)\(tenant)/oauth2/v2.0/token", "https://x.ciamlogin.com/\(tenant)/oauth2/v2.0/token"])
  func assertionForProof(_ audience: String) throws {
    let profile = try Profile.graphProof(objectID: Self.client)
    let header = "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"x5t\":\"\(Thumbprint.sha1.text(of: Self.certificate))\"}"
    let claims = "{\"aud\":\"\(audience)\",\"iss\":\"\(Self.client)\",\"nbf\":1700000000,\"exp\":1700000600}"
    #expect(try failures(profile, header, claims, .rs256) == ["aud:claim-known-mistake"])
  }

  @Test(
    "An id that is not a GUID makes no profile",
    arguments: [
      "", "me", "0b5f2f6e7a8a4d4e9f533f6c2b1a9d01", "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d0g",
      "{0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01}",
    ] as [ExactText])
  func ids(_ id: ExactText) {
    #expect(throws: ProfileError.self) { try Profile.graphProof(objectID: id) }
    #expect(throws: ProfileError.self) { try Profile.graphProof(objectID: nil, clientID: id) }
    #expect(throws: ProfileError.self) { try Profile.entraAssertion(tenant: nil, clientID: id) }
  }

  @Test(
    "An algorithm that was not tried has neither an answer of the service nor a hint",
    arguments: SignatureAlgorithm.allCases)
  func unproven(_ algorithm: SignatureAlgorithm) throws {
    let profile = try Profile.entraAssertion(tenant: Self.tenant, clientID: Self.client)
    let draft = TokenDraft(
      header: ["alg": .string(ExactText(algorithm.rawValue)), "typ": "JWT"], claims: JSONObject(), publicKey: .fake(),
      certificate: nil)
    let check = try #require(
      profile.check(draft, at: Self.now, cryptography: FakeCryptography()).first { $0.id == "alg" })
    let isDocumented = profile.algorithms.allowed.contains(algorithm)
    #expect((check.status == .passed) == isDocumented)
    #expect(check.finding?.serviceAnswer == nil)
  }
}
