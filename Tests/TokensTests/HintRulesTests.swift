import Encodings
import Tokens
import Signing
import SigningTesting
import Testing

@Suite("The rules about key hints")
struct HintRulesTests {
  private static let leaf = Certificate.fake(1, subject: [1], issuer: [2])
  private static let issuer = Certificate.fake(2, key: .fake(2), subject: [2], issuer: [3])
  private static let root = Certificate.fake(3, key: .fake(3), subject: [3], issuer: [3])
  private static let cryptography = FakeCryptography(certificates: [leaf, issuer, root])

  private func report(
    _ members: String, hasCertificate: Bool = true, isLenient: Bool = false, _ profile: Profile = .anyToken
  ) throws -> VerificationReport {
    let key = TrustedKey(FakeVerifier(), certificate: hasCertificate ? Self.leaf : nil)
    return try FakeToken(header: "{\"alg\":\"RS256\"\(members)}").report(
      profile, keys: [key], cryptography: Self.cryptography, isLenient: isLenient)
  }

  private static func url(_ byte: UInt8, _ count: Int) -> String {
    Base64.url.text([UInt8](repeating: byte, count: count))
  }

  @Test(
    "A thumbprint has the value, the length and the spelling for the certificate",
    arguments: [
      ("x5t", url(1, 20), nil), ("x5t", url(2, 20), "thumbprint-of-another"),
      ("x5t", url(1, 32), "thumbprint-wrong-hash"),
      ("x5t", url(1, 19), "thumbprint-length"), ("x5t", "", "thumbprint-length"),
      ("x5t", url(1, 20) + "=", "thumbprint-encoding"),
      ("x5t", url(1, 20).dropLast() + "F", "thumbprint-encoding"), ("x5t", url(1, 20) + "\\n", "thumbprint-encoding"),
      ("x5t", "AQ~~", "thumbprint-encoding"), ("x5t", String(repeating: "01", count: 20), "thumbprint-hex-text"),
      ("x5t", Base64.url.text(Array(String(repeating: "01", count: 20).utf8)), "thumbprint-hex-text"),
      ("x5t", url(0x11, 40), "thumbprint-length"),
      ("x5t#S256", url(1, 32), nil), ("x5t#S256", url(1, 20), "thumbprint-wrong-hash"),
      ("x5t#S256", url(9, 32), "thumbprint-of-another"),
      ("x5t#S256", String(repeating: "01", count: 32), "thumbprint-hex-text"),
    ] as [(String, String, String?)])
  func thumbprints(_ name: String, _ text: String, _ reason: String?) throws {
    let id = name == "x5t" ? "x5t" : "x5t-s256"
    #expect(try report(",\"\(name)\":\"\(text)\"").failures == reason.map { ["\(id):\($0)"] } ?? [])
  }

  @Test(
    "Lenient rules tolerate the padding and the alphabet of client libraries, and no other spelling",
    arguments: [
      (url(1, 20) + "=", true), (url(1, 20) + "==", false), (url(1, 20).dropLast() + "F", false),
      (url(1, 20) + "\\n", true), (url(1, 20) + "\\n=", true),
    ])
  func lenientThumbprints(_ text: String, _ isAccepted: Bool) throws {
    #expect(try report(",\"x5t\":\"\(text)\"", isLenient: true).isAccepted == isAccepted)
  }

  @Test(
    "A thumbprint that is not a string is refused, and so is one for a bare key if the receiver needs the certificate"
  )
  func incomparable() throws {
    #expect(try report(",\"x5t\":1").failures == ["x5t:hint-malformed"])
    let thumbprint = ",\"x5t\":\"\(Self.url(1, 20))\""
    #expect(try report(thumbprint, hasCertificate: false).failures.isEmpty)
    #expect(try report(thumbprint, hasCertificate: false).cautions.contains("x5t:thumbprint-not-comparable"))
    var profile = Profile.anyToken
    profile.requiredHints = [.x5t]
    #expect(try report(thumbprint, hasCertificate: false, profile).failures == ["x5t:thumbprint-not-comparable"])
  }

  @Test(
    "A thumbprint with nothing to compare it with is still refused if its spelling is not tolerated",
    arguments: [
      ("", nil), ("=", nil), ("\\n", nil), ("\\n\\n~", "x5t:thumbprint-encoding"),
      (String(repeating: " ", count: 200), "x5t:thumbprint-encoding"),
    ] as [(String, String?)])
  func incomparableSpelling(_ ending: String, _ failure: String?) throws {
    let text = ",\"x5t\":\"\(Self.url(1, 20))\(ending)\""
    let report = try report(text, hasCertificate: false, isLenient: true)
    #expect(report.failures == [failure].compactMap(\.self))
    #expect(report.isAccepted == (failure == nil))
    let strict = try self.report(text, hasCertificate: false).failures
    #expect(strict == (ending.isEmpty ? [] : ["x5t:thumbprint-encoding"]))
  }

  @Test(
    "A thumbprint is compared with what the given JSON Web Key says about its certificate",
    arguments: [(UInt8(1), []), (2, ["x5t:thumbprint-of-another"])] as [(UInt8, [String])])
  func thumbprintOfJSONWebKey(_ number: UInt8, _ failures: [String]) throws {
    let hints = CertificateHints(thumbprints: [.sha1: [UInt8](repeating: number, count: 20)])
    let token = FakeToken(header: "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"x5t\":\"\(Self.url(1, 20))\"}")
    let report = try token.report(keys: [TrustedKey(FakeVerifier(.fake()), hints: hints)])
    #expect(report.failures == failures)
  }

  private static func chain(_ certificates: [Certificate]) -> String {
    "[" + certificates.map { "\"\(Base64.standard.text($0.der))\"" }.joined(separator: ",") + "]"
  }

  @Test(
    "x5c begins with the certificate of the key, and each other one issued the one before it",
    arguments: [
      (chain([leaf]), nil), (chain([leaf, issuer]), nil), (chain([leaf, issuer, root]), nil),
      (chain([issuer, leaf]), "x5c-order"),
      (chain([leaf, root, issuer]), "x5c-broken-chain"), (chain([leaf, root]), "x5c-broken-chain"),
      (chain([leaf, leaf]), "x5c-broken-chain"), (chain([issuer]), "x5c-of-another"),
      ("[\"MAEB\",\"AAAA\"]", "x5c-malformed"), ("[\"AAAA\"]", "x5c-of-another"), ("[]", "x5c-malformed"),
      ("\"MAEB\"", "x5c-malformed"), ("[1]", "x5c-malformed"),
      ("null", "x5c-malformed"), ("[\"MAE_\"]", "x5c-malformed"), ("[\"MAEB\\n\"]", "x5c-malformed"),
      ("[\"MAEB\",\"\"]", "x5c-malformed"),
      (
        "[" + repeatElement("\"MAEB\"", count: Limits.certificateCount + 1).joined(separator: ",") + "]",
        "x5c-malformed"
      ),
    ] as [(String, String?)])
  func chains(_ value: String, _ reason: String?) throws {
    for hasCertificate in [true, false] {
      #expect(
        try report(",\"x5c\":\(value)", hasCertificate: hasCertificate).failures == reason.map { ["x5c:\($0)"] } ?? [])
    }
  }

  @Test(
    "kid is compared with what is known about the key",
    arguments: [
      (KeyIDPolicy(.text("a")), "\"a\"", nil), (KeyIDPolicy(.text("a")), "\"b\"", "kid-of-another"),
      (KeyIDPolicy(.text(nil)), "\"b\"", nil),
      (KeyIDPolicy(.text(nil), isRequired: true), nil, "kid-missing"), (KeyIDPolicy(.text(nil)), "1", "hint-malformed"),
      (KeyIDPolicy(.sha1Thumbprint), "\"0101010101010101010101010101010101010101\"", nil),
      (KeyIDPolicy(.sha1Thumbprint), "\"01\"", "kid-of-another"),
    ] as [(KeyIDPolicy, String?, String?)])
  func keyID(_ policy: KeyIDPolicy, _ value: String?, _ reason: String?) throws {
    var profile = Profile.anyToken
    profile.keyID = policy
    #expect(try report(value.map { ",\"kid\":\($0)" } ?? "", profile).failures == reason.map { ["kid:\($0)"] } ?? [])
  }

  @Test("One of the required hints is enough, and a header without any is refused")
  func requiredHints() throws {
    var profile = Profile.anyToken
    profile.requiredHints = [.x5t, .x5tS256]
    #expect(try report("", profile).failures == ["key-hint:hint-missing"])
    #expect(try report(",\"x5t#S256\":\"\(Self.url(1, 32))\"", profile).isAccepted)
    #expect(try report(",\"x5t\":null", profile).failures == ["x5t:hint-malformed"])
  }
}
