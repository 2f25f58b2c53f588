import Encodings
import Entra
import JSON
import Tokens
import Signing
import SigningTesting
import Testing

/// The two profiles on tokens of a fake key: what no file is needed for.
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
    "sub repeats iss, also where neither is known",
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

  @Test(
    "An id that is no GUID makes no profile",
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
    "No text of a service's answer, or of a hint, is given to an algorithm that nobody has tried",
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
