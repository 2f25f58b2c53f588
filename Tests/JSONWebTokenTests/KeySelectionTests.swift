import JOSE
import JSONWebToken
import Signing
import SigningTesting
import Testing

@Suite("TokenVerifier with several keys")
struct KeySelectionTests {
  private static let first = Certificate.fake(1, key: .fake(1))
  private static let second = Certificate.fake(2, key: .fake(2))
  private static let keys = [first, second].map { TrustedKey(FakeVerifier($0.publicKey), certificate: $0) }

  private func report(_ members: String, by number: UInt8, keys: [TrustedKey] = keys) throws -> VerificationReport {
    try FakeToken(header: "{\"alg\":\"RS256\"\(members)}", signer: FakeSigner(publicKey: .fake(number))).report(
      keys: keys)
  }

  private static func x5t(_ number: UInt8) -> String {
    ",\"x5t\":\"\(Base64.url.text([UInt8](repeating: number, count: 20)))\""
  }

  @Test("Without a hint the key that signed is found, in whatever place it stands")
  func noHint() throws {
    for number in [1, 2] as [UInt8] {
      #expect(try report("", by: number).isAccepted)
      #expect(try report("", by: number, keys: Self.keys.reversed()).isAccepted)
    }
    #expect(try report("", by: 3).failures == ["signature:bad-signature"])
  }

  @Test("A hint that names one key while another signed is refused")
  func hintOfAnother() throws {
    #expect(try report(Self.x5t(1), by: 1).isAccepted)
    #expect(try report(Self.x5t(1), by: 2).failures == ["signature:bad-signature"])
    #expect(try report(Self.x5t(2), by: 1).failures == ["signature:bad-signature"])
  }

  @Test("A hint that names none of the keys is refused, also when one of them signed")
  func hintOfNone() throws {
    #expect(try report(Self.x5t(9), by: 2).failures == ["x5t:thumbprint-of-another"])
    #expect(try report(Self.x5t(9), by: 9).failures == ["x5t:thumbprint-of-another", "signature:bad-signature"])
  }

  @Test("Hints that name two keys are refused")
  func hintsOfTwo() throws {
    let other = ",\"x5t#S256\":\"\(Base64.url.text([UInt8](repeating: 2, count: 32)))\""
    for number in [1, 2] as [UInt8] { #expect(try !report(Self.x5t(1) + other, by: number).isAccepted) }
  }

  @Test("Keys of one kid are each tried, and a kid of none is refused")
  func sameKeyID() throws {
    let keys = [1, 2].map { TrustedKey(FakeVerifier(.fake($0)), keyID: "a") }
    for number in [1, 2] as [UInt8] { #expect(try report(",\"kid\":\"a\"", by: number, keys: keys).isAccepted) }
    #expect(try report(",\"kid\":\"a\"", by: 3, keys: keys).failures == ["signature:bad-signature"])
    #expect(try !report(",\"kid\":\"b\"", by: 1, keys: keys).isAccepted)
    #expect(try !report(",\"kid\":\"A\"", by: 1, keys: keys).isAccepted)
  }

  @Test("Of two certificates over one key, the one that the token names is judged")
  func renewed() throws {
    let expired = Certificate.fake(5, key: .fake(1), notAfter: 1_650_000_000)
    let keys = [expired, Self.first].map { TrustedKey(FakeVerifier(.fake(1)), certificate: $0) }
    #expect(try report(Self.x5t(1), by: 1, keys: keys).isAccepted)
    #expect(try report(Self.x5t(5), by: 1, keys: keys).failures == ["certificate-dates:certificate-expired"])
  }

  @Test("A key in the token is never verified with")
  func embedded() throws {
    let numbers = try #require(PublicKey.fake(9).rsa)
    let jwk = ",\"jwk\":{\"kty\":\"RSA\",\"n\":\"\(Base64.url.text(numbers.modulus))\",\"e\":\"AQAB\"}"
    let chain = ",\"x5c\":[\"\(Base64.standard.text(Certificate.fake(9).der))\"]"
    for members in [jwk, chain] {
      #expect(try report(members, by: 9).failures.contains("signature:bad-signature"))
      #expect(try !report(members, by: 1).isAccepted)
    }
  }

  @Test("Without any key nothing is accepted")
  func noKey() throws {
    let report = try report("", by: 1, keys: [])
    #expect(report.failures == ["signature:key-not-given"])
    #expect(!report.isAccepted)
    #expect(report.verifiedToken == nil)
  }
}
