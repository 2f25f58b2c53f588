import Tokens
import Signing
import SigningTesting
import Testing

@Suite("The checks of a token's form")
struct FormatCheckTests {
  private func report(_ text: String, isLenient: Bool = false) -> VerificationReport {
    TokenVerifier(
      profile: .anyToken, keys: [TrustedKey(FakeVerifier())], cryptography: FakeCryptography(), isLenient: isLenient
    )
    .verify(Array(text.utf8).span, at: FakeToken.now)
  }

  /// A good token whose three segments a test may change.
  private func segments() throws -> [String] {
    let text = try #require(String(validating: FakeToken().bytes(), as: UTF8.self))
    return text.split(separator: ".").map(String.init)
  }

  @Test(
    "An empty segment is called empty",
    arguments: [(0, "header-encoding"), (1, "payload-encoding"), (2, "signature-encoding")])
  func emptySegment(_ index: Int, _ id: String) throws {
    var segments = try segments()
    segments[index] = ""
    let report = report(segments.joined(separator: "."))
    #expect(report.failures.contains("\(id):empty-segment"))
    #expect(!report.isAccepted)
  }

  @Test(
    "Nothing may come before, between or after the segments",
    arguments: ["\n", " ", "\r\n", "\u{0}", "=", "\u{FEFF}", "\"", ".", "A", "\t"])
  func surroundings(_ text: String) throws {
    let segments = try segments()
    for place in 0..<3 {
      for changed in [text + segments[place], segments[place] + text] {
        var all = segments
        all[place] = changed
        for isLenient in [false, true] {
          #expect(!report(all.joined(separator: "."), isLenient: isLenient).isAccepted, "\(place)")
        }
      }
    }
    #expect(report(segments.joined(separator: ".")).isAccepted)
  }

  @Test(
    "A header or claims in unacceptable JSON are refused for that reason",
    arguments: [
      ("{\"alg\":\"RS256\",\"alg\":\"RS256\"}", "json-duplicate-name"),
      ("{\"alg\":\"RS256\",\"\\u0061lg\":\"RS256\"}", "json-duplicate-name"),
      ("{\"alg\":\"RS256\",\"a\":[{\"b\":1,\"b\":1}]}", "json-duplicate-name"), ("\"RS256\"", "json-not-an-object"),
      ("[]", "json-not-an-object"),
      ("{\"alg\":\"RS256\"} {}", "json-trailing-data"), ("{\"alg\":\"RS256\"}\u{0}", "json-trailing-data"),
      ("\u{FEFF}{\"alg\":\"RS256\"}", "json-invalid-encoding"),
      ("{\"alg\":\"RS256\",}", "json-syntax"), ("{\"alg\":\"RS256\",\"a\":\"\\ud800\"}", "json-lone-surrogate"),
      (
        "{\"alg\":\"RS256\",\"a\":\(String(repeating: "[", count: 16))\(String(repeating: "]", count: 16))}",
        "json-too-deep"
      ),
    ])
  func json(_ text: String, _ reason: String) throws {
    let header = try FakeToken(header: text).report()
    #expect(header.failures.contains("header-json:\(reason)"))
    let claims = try FakeToken(claims: text).report()
    #expect(claims.failures == ["claims-json:\(reason)"])
    #expect(!header.isAccepted && !claims.isAccepted)
    #expect(header.verifiedToken == nil && claims.verifiedToken == nil)
  }

  @Test("The verdicts on form, signature and claims are separate")
  func verdicts() throws {
    func verdicts(_ report: VerificationReport) -> [Bool] { Check.Verdict.allCases.map(report.isAccepted(_:)) }
    #expect(try verdicts(FakeToken().report()) == [true, true, true])
    #expect(try verdicts(FakeToken(claims: "{\"exp\":1}").report()) == [true, true, false])
    #expect(try verdicts(FakeToken(claims: "[]").report()) == [false, true, false])
    #expect(try verdicts(FakeToken().report(keys: [TrustedKey(FakeVerifier(.fake(2)))])) == [true, false, true])
    #expect(verdicts(report("")) == [false, false, false])
  }

  @Test(
    "The ids of the checks and their order never change, however early a token fails",
    arguments: ["", "a.b.c", "e30.e30.e30", nil] as [String?])
  func order(_ text: String?) throws {
    let ids = [
      "serialization", "header-encoding", "payload-encoding", "signature-encoding", "header-json", "claims-json",
      "header-names", "typ", "alg",
      "key", "key-hint", "x5t", "x5t-s256", "kid", "x5c", "signature", "certificate-dates", "certificate-usage",
      "certificate-signature",
      "iss", "sub", "aud", "iat", "nbf", "exp", "lifetime", "other-claims",
    ]
    let judged = try text.map { report($0) } ?? FakeToken().report()
    #expect(judged.checks.map(\.id) == ids)
  }
}
