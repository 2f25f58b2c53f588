import Encodings
import Tokens
import Signing
import SigningTesting
import Testing

@Suite("The rules about the key and its certificate")
struct KeyRulesTests {
  private static func key(modulus: [UInt8]? = nil, exponent: [UInt8] = [1, 0, 1], bitCount: Int = 2048) -> PublicKey {
    let modulus = modulus ?? PublicKey.fake(bitCount: bitCount).rsa?.modulus ?? []
    return PublicKey(
      subjectPublicKeyInfo: modulus, kind: .rsa(RSAPublicNumbers(modulus: modulus, exponent: exponent)),
      sha256Fingerprint: [UInt8](repeating: 1, count: 32))
  }

  private func report(_ key: PublicKey, certificate: Certificate? = nil, at time: NumericDate = FakeToken.now) throws
    -> VerificationReport
  {
    try FakeToken(signer: FakeSigner(publicKey: key))
      .report(keys: [TrustedKey(FakeVerifier(key), certificate: certificate)], at: time)
  }

  @Test(
    "An unfit key is refused for its own reason, whatever the signature",
    arguments: [
      (key(bitCount: 2048), nil), (key(bitCount: 8192), nil), (key(bitCount: 2040), "key-too-small"),
      (key(bitCount: 8200), "key-too-large"),
      (key(exponent: [1]), "key-broken"), (key(exponent: [2]), "key-broken"), (key(exponent: []), "key-broken"),
      (key(exponent: [1, 0, 0]), "key-broken"),
      (key(modulus: [0x80] + [UInt8](repeating: 0, count: 255)), "key-broken"),
      (PublicKey(subjectPublicKeyInfo: [1], kind: .other("EC P-256"), sha256Fingerprint: [1]), "key-unfit"),
    ] as [(PublicKey, String?)])
  func fitness(_ key: PublicKey, _ reason: String?) throws {
    let report = try report(key)
    #expect(report.failures.filter { $0.hasPrefix("key:") } == reason.map { ["key:\($0)"] } ?? [])
    #expect(report.isAccepted == (reason == nil))
  }

  @Test(
    "An exponent below 65537 gives a warning",
    arguments: [([3], true), ([1, 0, 1], false), ([0xFF, 0xFF], true), ([1, 0, 0, 1], false)] as [([UInt8], Bool)])
  func smallExponent(_ exponent: [UInt8], _ warns: Bool) throws {
    #expect(try report(Self.key(exponent: exponent)).cautions == (warns ? ["key:key-exponent-small"] : []))
  }

  @Test("A key with the fingerprint of ROCA gives a warning")
  func roca() throws {
    #expect(try report(Self.key(modulus: [1] + [UInt8](repeating: 0, count: 255) + [1])).cautions.isEmpty)
    // A power of 65537 has the fingerprint, whatever its primes are.
    var power: [UInt8] = [1]
    while power.count < 256 {
      var carry = 0
      for index in power.indices.reversed() {
        carry += Int(power[index]) * 65537
        power[index] = UInt8(carry & 0xFF)
        carry >>= 8
      }
      while carry > 0 {
        power.insert(UInt8(carry & 0xFF), at: 0)
        carry >>= 8
      }
    }
    #expect(try report(Self.key(modulus: power)).cautions == ["key:key-roca"])
  }

  @Test("A key for PSS only is refused with RS256")
  func pssKey() throws {
    guard let numbers = PublicKey.fake().rsa else { return }
    let key = PublicKey(subjectPublicKeyInfo: [1], kind: .rsaPSS(numbers, restrictedTo: nil), sha256Fingerprint: [1])
    let report = try report(key)
    #expect(report.failures == ["key:key-not-for-algorithm"])
    #expect(!report.isAccepted)
  }

  @Test("A certificate of another key than the verifying one is refused")
  func certificateOfAnotherKey() throws {
    let report = try report(.fake(), certificate: .fake(key: .fake(2)))
    #expect(report.failures == ["key:key-not-of-certificate"])
    #expect(!report.isAccepted)
  }

  @Test("A key that its JSON Web Key binds to one algorithm verifies no other")
  func boundKey() throws {
    for (algorithm, isAccepted) in [("RS256", true), ("PS256", false), ("RS512", false)] as [(ExactText, Bool)] {
      let report = try FakeToken().report(keys: [TrustedKey(FakeVerifier(), algorithm: algorithm)])
      #expect(report.isAccepted == isAccepted)
      #expect(report.failures == (isAccepted ? [] : ["key:key-not-for-algorithm"]))
    }
  }

  @Test(
    "A certificate is judged at the time of use, both ends included",
    arguments: [
      (1_600_000_000, 1_800_000_000, nil, nil), (1_700_000_000, 1_700_000_600, nil, nil),
      (1_700_000_001, 1_800_000_000, "certificate-not-yet-valid", nil),
      (1_600_000_000, 1_699_999_999, "certificate-expired", nil),
      (1_600_000_000, 1_700_000_599, nil, "certificate-ends-early"),
    ] as [(Int64, Int64, String?, String?)])
  func dates(_ notBefore: Int64, _ notAfter: Int64, _ failure: String?, _ warning: String?) throws {
    let report = try report(.fake(), certificate: .fake(notBefore: notBefore, notAfter: notAfter))
    #expect(report.failures == failure.map { ["certificate-dates:\($0)"] } ?? [])
    #expect(report.cautions == warning.map { ["certificate-dates:\($0)"] } ?? [])
  }

  @Test("A certificate that ends before a later window starts is refused")
  func futureWindow() throws {
    let certificate = Certificate.fake(notAfter: 1_700_001_000)
    let signer = FakeSigner(certificates: [certificate])
    let report = try FakeToken(claims: "{\"nbf\":1700002000,\"exp\":1700002600}", signer: signer).report()
    #expect(report.failures.contains("certificate-dates:certificate-expired"))
  }

  @Test("A key usage without digitalSignature and a weak signature give a warning")
  func certificateWarnings() throws {
    #expect(
      try report(.fake(), certificate: .fake(allowsDigitalSignature: false)).cautions == [
        "certificate-usage:certificate-usage"
      ])
    #expect(
      try report(.fake(), certificate: .fake(hasWeakSignature: true)).cautions == [
        "certificate-signature:certificate-weak-signature"
      ])
    #expect(try report(.fake(), certificate: .fake()).cautions.isEmpty)
  }
}
