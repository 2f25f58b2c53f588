import Encodings
import Tokens
import Signing
import SigningTesting
import Testing

@Suite("The rules about the header")
struct HeaderRulesTests {
  private static let strict: Profile = {
    var profile = Profile.anyToken
    profile.ignoresUnknownHeaderNames = false
    profile.type = TypePolicy("JWT", isRequired: true)
    return profile
  }()

  private func report(_ members: String, _ profile: Profile = .anyToken) throws -> VerificationReport {
    try FakeToken(header: "{\"alg\":\"RS256\",\"typ\":\"JWT\"\(members)}").report(profile)
  }

  private static let ownKey: String = {
    let numbers = PublicKey.fake().rsa
    let modulus = Base64.url.text(numbers?.modulus ?? [])
    return "{\"kty\":\"RSA\",\"n\":\"\(modulus)\",\"e\":\"AQAB\"}"
  }()

  @Test(
    "A header name that changes the meaning or contains a key is refused, wherever it is",
    arguments: [
      (",\"crit\":[\"exp\"]", "critical-header"), (",\"crit\":[]", "critical-header"),
      (",\"crit\":null", "critical-header"),
      (",\"b64\":false", "forbidden-header"), (",\"b64\":true", "forbidden-header"),
      (",\"zip\":\"DEF\"", "forbidden-header"),
      (",\"jku\":\"https://x.example\"", "forbidden-header"), (",\"x5u\":\"https://x.example\"", "forbidden-header"),
      (",\"jwk\":{}", "embedded-key"), (",\"jwk\":null", "embedded-key"),
      (",\"a\":1,\"crit\":[\"a\"]", "critical-header"),
    ])
  func refuses(_ members: String, _ reason: String) throws {
    for profile in [.anyToken, Self.strict] {
      #expect(try report(members, profile).failures == ["header-names:\(reason)"])
    }
  }

  @Test("The most serious of several such names is reported, whatever their order")
  func severalRefused() throws {
    let members = ["\"jwk\":{}", "\"x5u\":\"https://x.example\"", "\"zip\":\"DEF\"", "\"crit\":[\"exp\"]"]
    for (count, reason) in [(4, "critical-header"), (3, "forbidden-header"), (2, "forbidden-header")] {
      let names = members.prefix(count)
      for names in [Array(names), names.reversed()] {
        #expect(try report("," + names.joined(separator: ",")).failures == ["header-names:\(reason)"])
      }
    }
  }

  @Test(
    "A jwk that repeats the trusted key hides no mistake after it",
    arguments: [
      (",\"crit\":[\"exp\"]", "critical-header"), (",\"b64\":false", "forbidden-header"),
      (",\"jku\":\"https://x.example\"", "forbidden-header"),
    ])
  func afterOwnKey(_ members: String, _ reason: String) throws {
    let report = try report(",\"jwk\":\(Self.ownKey)\(members)")
    #expect(report.failures == ["header-names:\(reason)"])
    #expect(!report.isAccepted)
  }

  @Test("A jwk that repeats the trusted key is a warning under the general rules and a failure under a profile")
  func ownKey() throws {
    let general = try report(",\"jwk\":\(Self.ownKey)")
    #expect(general.isAccepted)
    #expect(general.cautions == ["header-names:embedded-key"])
    #expect(try report(",\"jwk\":\(Self.ownKey)", Self.strict).failures == ["header-names:embedded-key"])
  }

  @Test("An undefined header name is ignored under the general rules and reported by a profile")
  func unknown() throws {
    #expect(try report(",\"\u{212A}id\":\"x\"").cautions.isEmpty)
    #expect(try report(",\"\u{212A}id\":\"x\"", Self.strict).cautions == ["header-names:unknown-header"])
  }

  @Test(
    "A typ other than the profile's is a failure, and a warning or nothing under the general rules",
    arguments: [
      ("{\"alg\":\"RS256\"}", "missing-type", nil), ("{\"alg\":\"RS256\",\"typ\":\"jwt\"}", "wrong-type", nil),
      ("{\"alg\":\"RS256\",\"typ\":\"at+jwt\"}", "wrong-type", "wrong-type"),
      ("{\"alg\":\"RS256\",\"typ\":\"JWT\"}", nil, nil),
      ("{\"alg\":\"RS256\",\"typ\":\"\"}", "wrong-type", "wrong-type"),
    ] as [(String, String?, String?)])
  func type(_ header: String, _ strictly: String?, _ generally: String?) throws {
    let token = FakeToken(header: header)
    #expect(try token.report(Self.strict).failures == strictly.map { ["typ:\($0)"] } ?? [])
    let general = try token.report()
    #expect(general.isAccepted)
    #expect(general.cautions == generally.map { ["typ:\($0)"] } ?? [])
  }

  @Test("A typ that is not a string is refused everywhere")
  func typeOfAnotherKind() throws {
    #expect(try FakeToken(header: "{\"alg\":\"RS256\",\"typ\":1}").report().failures == ["typ:wrong-type"])
  }

  @Test(
    "An alg that is missing, not a string or not allowed leaves the token unverified and refused",
    arguments: [
      ("{}", "algorithm-malformed"), ("{\"alg\":null}", "algorithm-malformed"),
      ("{\"alg\":[\"RS256\"]}", "algorithm-malformed"),
      ("{\"alg\":\"none\"}", "algorithm-none"), ("{\"alg\":\"nOnE\"}", "algorithm-none"),
      ("{\"alg\":\"HS256\"}", "algorithm-symmetric"),
      ("{\"alg\":\"\"}", "algorithm-unknown"), ("{\"alg\":\"rs256\"}", "algorithm-unknown"),
      ("{\"alg\":\"RS256 \"}", "algorithm-unknown"),
      ("{\"alg\":\"ES256\"}", "algorithm-unknown"), ("{\"alg\":\"RS384\"}", "algorithm-not-allowed"),
      ("{\"alg\":\"PS256\"}", "algorithm-not-allowed"),
    ])
  func algorithm(_ header: String, _ reason: String) throws {
    let report = try FakeToken(header: header).report()
    #expect(report.failures.contains("alg:\(reason)"))
    #expect(!report.isAccepted)
  }

  @Test("A good signature under an algorithm that is not allowed is still refused")
  func goodSignatureOfAnotherAlgorithm() throws {
    let report = try FakeToken(header: "{\"alg\":\"PS256\"}", signer: FakeSigner(.ps256)).report()
    #expect(report.failures == ["alg:algorithm-not-allowed"])
    #expect(!report.isAccepted)
  }

  @Test("An unproven algorithm is refused unless it is asked for, and then gives a warning")
  func unproven() throws {
    var profile = Profile.anyToken
    profile.algorithms = AlgorithmPolicy(preferring: .rs256, unproven: [.ps256])
    let token = FakeToken(header: "{\"alg\":\"PS256\",\"typ\":\"JWT\"}", signer: FakeSigner(.ps256))
    #expect(try token.report(profile).failures == ["alg:algorithm-unproven"])
    profile.algorithms = profile.algorithms.asking(for: [.ps256])
    #expect(try token.report(profile).cautions == ["alg:algorithm-unproven"])
    #expect(try FakeToken().report(profile).failures == ["alg:algorithm-not-allowed"])
  }

  @Test("The message about an algorithm says which ones may be used, even if another one was asked for")
  func algorithmNames() throws {
    var profile = Profile.anyToken
    profile.algorithms = profile.algorithms.asking(for: [.ps512])
    let check = try #require(try FakeToken().report(profile).failedChecks.first)
    #expect(check.finding?.message == "alg is RS256, and PS512 was asked for, but only RS256 may be used")
  }
}
