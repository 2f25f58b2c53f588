import Tokens
import Signing
import SigningTesting
import Testing

@Suite("The rules about dates")
struct DateRulesTests {
  /// Whole seconds, all three dates, ten minutes at most.
  private static let strict: Profile = {
    var profile = Profile.anyToken
    profile.time = TimePolicy(
      notBefore: .required, issuedAt: .optional, expires: .required, lifetime: .minutes(10),
      maximumLifetime: .minutes(10),
      isServiceLenient: true, start: .notBefore)
    return profile
  }()

  private func report(_ claims: String, _ profile: Profile = .anyToken, isLenient: Bool = false) throws
    -> VerificationReport
  {
    try FakeToken(claims: claims).report(profile, isLenient: isLenient)
  }

  @Test(
    "The general rules take any date that RFC 7519 allows",
    arguments: [
      "{}", "{\"nbf\":0}", "{\"iat\":0}", "{\"nbf\":-1}", "{\"iat\":-62167219200}", "{\"nbf\":1.5}",
      "{\"exp\":253402300799}", "{\"exp\":200000000000}",
      "{\"exp\":1700000000.5}", "{\"exp\":17000006e2}", "{\"nbf\":1700000000}", "{\"iat\":1700000000}",
      "{\"iat\":1700000300}",
      "{\"iat\":1600000000,\"nbf\":1700000000,\"exp\":1700000001}",
    ])
  func generalAccepts(_ claims: String) throws {
    #expect(try report(claims).failures.isEmpty)
  }

  @Test(
    "The general rules refuse each wrong date for its own reason",
    arguments: [
      ("{\"exp\":0}", "exp:expired"), ("{\"exp\":1}", "exp:expired"), ("{\"exp\":1700000000}", "exp:expired"),
      ("{\"exp\":1700000000.0}", "exp:expired"),
      ("{\"exp\":-1}", "exp:expired"), ("{\"nbf\":1700000001}", "nbf:not-yet-valid"),
      ("{\"nbf\":1700000000.1}", "nbf:not-yet-valid"),
      ("{\"iat\":1700000301}", "iat:issued-in-future"), ("{\"exp\":1700000600000}", "exp:date-in-milliseconds"),
      ("{\"exp\":253402300800}", "exp:date-out-of-range"), ("{\"nbf\":-62167219201}", "nbf:date-out-of-range"),
      ("{\"exp\":9223372036854775807}", "exp:date-out-of-range"),
      ("{\"nbf\":-9223372036854775808}", "nbf:date-out-of-range"),
      ("{\"exp\":9223372036854775808}", "exp:date-out-of-range"), ("{\"exp\":1e400}", "exp:date-out-of-range"),
      ("{\"nbf\":-1e400}", "nbf:date-out-of-range"),
      ("{\"exp\":\"1700000600\"}", "exp:date-as-string"), ("{\"exp\":null}", "exp:date-malformed"),
      ("{\"exp\":[1700000600]}", "exp:date-malformed"),
      ("{\"exp\":true}", "exp:date-malformed"), ("{\"nbf\":1700000000,\"exp\":1700000000}", "exp:expired"),
      ("{\"nbf\":1700000002,\"exp\":1700000001}", "lifetime:window-reversed"),
      ("{\"iat\":1700000002,\"exp\":1700000001}", "lifetime:window-reversed"),
    ])
  func generalRefuses(_ claims: String, _ failure: String) throws {
    let report = try report(claims)
    #expect(report.failures.contains(failure), "\(report.failures)")
    #expect(!report.isAccepted)
  }

  @Test("A date before or after the years that can be written is reported as such")
  func outOfRange() throws {
    for claims in ["{\"nbf\":-62167219201}", "{\"nbf\":1e400}"] {
      let message = try #require(try report(claims).failedChecks.first?.finding?.message)
      #expect(message.hasSuffix("outside the years 0 to 9999"), "\(message)")
    }
  }

  @Test(
    "A profile of whole seconds refuses every other spelling, and a date near 1970",
    arguments: [
      ("{\"nbf\":1700000000,\"exp\":1700000600}", nil),
      ("{\"nbf\":1700000000,\"exp\":1700000601}", "lifetime:window-too-long"),
      ("{\"nbf\":1700000000,\"exp\":1700000600.0}", "exp:date-fractional"),
      ("{\"nbf\":1.7e9,\"exp\":1700000600}", "nbf:date-fractional"),
      ("{\"nbf\":1700000000,\"exp\":\"1700000600\"}", "exp:date-as-string"),
      ("{\"nbf\":-7200,\"exp\":1700000600}", "nbf:date-near-1970"),
      ("{\"exp\":1700000600}", "nbf:claim-missing"), ("{\"nbf\":1700000000}", "exp:claim-missing"),
      ("{\"nbf\":1700000000,\"exp\":600}", "exp:date-near-1970"),
      ("{\"nbf\":1700000000,\"exp\":1700000600,\"iat\":1700000700}", "iat:issued-in-future"),
    ] as [(String, String?)])
  func strict(_ claims: String, _ failure: String?) throws {
    let failures = try report(claims, Self.strict).failures
    if let failure { #expect(failures.contains(failure), "\(failures)") } else { #expect(failures.isEmpty) }
  }

  @Test(
    "Lenient rules tolerate strings, fractions, long windows and a missing nbf, and nothing else",
    arguments: [
      ("{\"nbf\":\"1700000000\",\"exp\":\"1700000600\"}", true), ("{\"nbf\":1700000000,\"exp\":1700000600.5}", true),
      ("{\"exp\":1700003600}", true),
      ("{\"nbf\":\"\",\"exp\":1700000600}", false), ("{\"nbf\":\"+1700000000\",\"exp\":1700000600}", false),
      ("{\"nbf\":\" 1700000000\",\"exp\":1700000600}", false),
      ("{\"nbf\":\"1.7e9\",\"exp\":1700000600}", false), ("{\"nbf\":\"\u{0661}\",\"exp\":1700000600}", false),
      ("{\"nbf\":1700000000}", false),
      ("{\"nbf\":1700000000,\"exp\":\"1699999999\"}", false),
    ])
  func lenient(_ claims: String, _ isAccepted: Bool) throws {
    let lenient = try report(claims, Self.strict, isLenient: true)
    #expect(lenient.isAccepted == isAccepted, "\(lenient.failures)")
    if isAccepted { #expect(!lenient.warnings.isEmpty) }
    #expect(try !report(claims, Self.strict).isAccepted)
  }

  @Test(
    "A fraction of a second makes no window too long where fractions are tolerated",
    arguments: [("1700000600.5", false), ("1700000600.0", false), ("1700000601.5", true), ("1700000601", true)])
  func fraction(_ end: String, _ isTooLong: Bool) throws {
    let report = try report("{\"nbf\":1700000000,\"exp\":\(end)}", Self.strict, isLenient: true)
    #expect(report.cautions.contains("lifetime:window-too-long") == isTooLong, "\(report.cautions)")
  }

  @Test("A token without exp is accepted with a warning if nothing requires exp")
  func withoutEnd() throws {
    let report = try report("{\"nbf\":1700000000}", Profile.anyToken)
    #expect(report.isAccepted)
    #expect(report.cautions == ["exp:exp-missing"])
  }

  @Test("Leeway moves nbf, iat and exp by exactly its length")
  func leeway() throws {
    let profile = Profile.general(algorithms: AlgorithmPolicy(preferring: .rs256), leeway: .seconds(30))
    for claims in ["{\"nbf\":1700000030}", "{\"exp\":1699999971}"] { #expect(try report(claims, profile).isAccepted) }
    for claims in ["{\"nbf\":1700000031}", "{\"exp\":1699999970}"] { #expect(try !report(claims, profile).isAccepted) }
    #expect(try report("{\"exp\":1700000600,\"iat\":1700000030}", profile).cautions.isEmpty)
    #expect(try report("{\"exp\":1700000600,\"iat\":1700000031}", profile).cautions == ["iat:issued-in-future"])
  }

  @Test("A token is judged at any time without a crash", arguments: [Int64.min, -1, 0, Int64.max])
  func anyTime(_ seconds: Int64) throws {
    for claims in [
      "{\"nbf\":9223372036854775807,\"exp\":-9223372036854775808,\"iat\":0}", "{\"nbf\":0,\"exp\":253402300799}",
    ] {
      for profile in [Self.strict, .anyToken] {
        #expect(try !FakeToken(claims: claims).report(profile, at: NumericDate(seconds: seconds)).checks.isEmpty)
      }
    }
  }
}
