import Encodings
import Tokens
import Signing
import SigningTesting
import Testing

@Suite("TokenVerifier with several keys")
struct KeySelectionTests {
  private static let first = Certificate.fake(1, key: .fake(1))
  private static let second = Certificate.fake(2, key: .fake(2))
  private static let keys = [first, second].map { TrustedKey(FakeVerifier($0.publicKey), certificate: $0) }

  private func report(
    _ members: String, by number: UInt8, keys: [TrustedKey] = keys, unusable: [UnusableCertificate] = [],
    profile: Profile = .anyToken, cryptography: any Cryptography = FakeCryptography()
  ) throws -> VerificationReport {
    try FakeToken(header: "{\"alg\":\"RS256\"\(members)}", signer: FakeSigner(publicKey: .fake(number))).report(
      profile, keys: keys, unusable: unusable, cryptography: cryptography)
  }

  private static func x5t(_ number: UInt8) -> String {
    ",\"x5t\":\"\(Base64.url.text([UInt8](repeating: number, count: 20)))\""
  }

  @Test("Without a hint the key that signed is found, at any place in the list")
  func noHint() throws {
    for number in [1, 2] as [UInt8] {
      #expect(try report("", by: number).isAccepted)
      #expect(try report("", by: number, keys: Self.keys.reversed()).isAccepted)
    }
    #expect(try report("", by: 3).failures == ["signature:no-key-verifies"])
    #expect(try report("", by: 3, keys: [Self.keys[0]]).failures == ["signature:bad-signature"])
  }

  @Test("If the signer cannot be found, no key is blamed")
  func undetermined() throws {
    let expired = Certificate.fake(5, key: .fake(5), notAfter: 1_650_000_000)
    let keys = [TrustedKey(FakeVerifier(expired.publicKey), certificate: expired)] + Self.keys
    let report = try report("", by: 3, keys: keys)
    #expect(report.failures == ["signature:no-key-verifies"])
    #expect(report.signer == nil)
    for id in ["key", "certificate-dates", "certificate-usage", "certificate-signature"] {
      #expect(report.checks.first { $0.id == id }?.finding?.reason == "not-reached", "\(id)")
    }
    #expect(!report.isAccepted(.signature))
  }

  @Test("A hint that names one key while another one signed is refused")
  func hintOfAnother() throws {
    #expect(try report(Self.x5t(1), by: 1).isAccepted)
    #expect(try report(Self.x5t(1), by: 3).failures == ["signature:bad-signature"])
    for (named, signer) in [(1, 2), (2, 1)] as [(UInt8, UInt8)] {
      let report = try report(Self.x5t(named), by: signer)
      #expect(report.failures == ["signature:signed-by-another"])
      #expect(report.signer?.certificate?.subject == "CN=\(signer)")
      let message = try #require(report.failedChecks.first?.finding?.message)
      #expect(message.contains("(\"CN=\(named)\"), and the key of the certificate 0\(signer)0\(signer)"))
    }
  }

  @Test("A hint that names none of the keys is refused, even if one of them signed")
  func hintOfNone() throws {
    #expect(try report(Self.x5t(9), by: 2).failures == ["x5t:thumbprint-of-another"])
    #expect(try report(Self.x5t(9), by: 9).failures == ["x5t:thumbprint-of-another", "signature:key-not-registered"])
    for hint in [",\"x5c\":[\"\(Base64.standard.text([0x30, 1, 9]))\"]", Self.x5t(9)] {
      for keys in [Self.keys, [Self.keys[0]]] {
        #expect(try report(hint, by: 9, keys: keys).failures.last == "signature:key-not-registered")
      }
    }
    let message = try #require(try report(Self.x5t(9), by: 9).failedChecks.first?.finding?.message)
    #expect(message == "x5t is not of any given certificate: \(String(repeating: "09", count: 20))")
  }

  @Test("A hint that cannot be compared with every key says nothing about what is registered")
  func incomparable() throws {
    let keys = Self.keys + [TrustedKey(FakeVerifier(.fake(4)))]
    let report = try report(Self.x5t(9), by: 9, keys: keys)
    #expect(report.failures == ["signature:no-key-verifies"])
    // Outside the profiles that define kid, it may be any name.
    let thumbprint = ",\"kid\":\"\(String(repeating: "09", count: 20))\""
    #expect(try self.report(thumbprint, by: 9).failures == ["signature:no-key-verifies"])
    var profile = Profile.anyToken
    profile.keyID = KeyIDPolicy(.sha1Thumbprint)
    #expect(
      try self.report(thumbprint, by: 9, profile: profile).failures
        == ["kid:kid-of-another", "signature:key-not-registered"])
    #expect(try self.report(",\"kid\":\"name\"", by: 9, profile: profile).failures == ["signature:no-key-verifies"])
  }

  @Test("A hint also names a key in the spelling of client libraries")
  func spelling() throws {
    let padded = ",\"x5t\":\"\(Base64.standard.text([UInt8](repeating: 2, count: 20)))\""
    #expect(
      try report(padded, by: 1).failures == ["x5t:thumbprint-encoding", "signature:signed-by-another"])
    let chain = ",\"x5c\":[\"\(Base64.standard.text(Self.second.der))\"]"
    #expect(try report(chain, by: 2).isAccepted)
    #expect(try report(chain, by: 1).failures == ["signature:signed-by-another"])
  }

  @Test("A certificate that is known but cannot be used is named, with the reason")
  func unusable() throws {
    let known = UnusableCertificate(
      thumbprints: [[UInt8](repeating: 9, count: 20)], problem: "is at home", hint: "bring it")
    for keys in [Self.keys, [Self.keys[0]], []] {
      let report = try report(Self.x5t(9), by: 9, keys: keys, unusable: [known])
      #expect(report.failures == ["signature:certificate-not-given"])
      let finding = try #require(report.failedChecks.first?.finding)
      #expect(finding.message == "the certificate that the header names is at home")
      #expect(finding.hint == "bring it")
    }
    // A certificate that is registered only by another thumbprint may be the one that x5t#S256
    // names.
    let longer = ",\"x5t#S256\":\"\(Base64.url.text([UInt8](repeating: 8, count: 32)))\""
    #expect(try report(longer, by: 8, unusable: [known]).failures == ["signature:no-key-verifies"])
    #expect(try report(longer, by: 8, keys: [], unusable: [known]).failures == ["signature:certificate-not-given"])
    #expect(try report(Self.x5t(8), by: 8, unusable: [known]).failures.last == "signature:key-not-registered")
    let leaf = Certificate.fake(9)
    #expect(
      try report(
        ",\"x5c\":[\"\(Base64.standard.text(leaf.der))\"]", by: 9, unusable: [known],
        cryptography: FakeCryptography(certificates: [leaf])
      ).failures == ["signature:certificate-not-given"])
    // Another given certificate made the signature, so the thumbprint is wrong.
    #expect(try report(Self.x5t(9), by: 1, unusable: [known]).failures == ["x5t:thumbprint-of-another"])
    #expect(try report(Self.x5t(1), by: 1, unusable: [known]).isAccepted)
  }

  @Test("Hints that name two keys are refused")
  func hintsOfTwo() throws {
    let other = ",\"x5t#S256\":\"\(Base64.url.text([UInt8](repeating: 2, count: 32)))\""
    for number in [1, 2] as [UInt8] { #expect(try !report(Self.x5t(1) + other, by: number).isAccepted) }
  }

  @Test("All keys with one kid are tried, and a kid of no key is refused")
  func sameKeyID() throws {
    let keys = [1, 2].map { TrustedKey(FakeVerifier(.fake($0)), keyID: "a") }
    for number in [1, 2] as [UInt8] { #expect(try report(",\"kid\":\"a\"", by: number, keys: keys).isAccepted) }
    #expect(try report(",\"kid\":\"a\"", by: 3, keys: keys).failures == ["signature:bad-signature"])
    #expect(try report(",\"kid\":\"b\"", by: 1, keys: keys).failures == ["kid:kid-of-another"])
    #expect(
      try report(",\"kid\":\"b\"", by: 3, keys: keys).failures
        == ["kid:kid-of-another", "signature:key-not-registered"])
    #expect(try !report(",\"kid\":\"A\"", by: 1, keys: keys).isAccepted)
  }

  @Test("If two certificates are over one key, the one that the token names is judged")
  func renewed() throws {
    let expired = Certificate.fake(5, key: .fake(1), notAfter: 1_650_000_000)
    let keys = [expired, Self.first].map { TrustedKey(FakeVerifier(.fake(1)), certificate: $0) }
    #expect(try report(Self.x5t(1), by: 1, keys: keys).isAccepted)
    #expect(try report(Self.x5t(5), by: 1, keys: keys).failures == ["certificate-dates:certificate-expired"])
  }

  @Test("If two certificates are over one key and there is no hint, the valid one is judged, at any place")
  func valid() throws {
    let expired = Certificate.fake(5, key: .fake(1), notAfter: 1_650_000_000)
    let early = Certificate.fake(6, key: .fake(1), notBefore: 1_750_000_000)
    for certificates in [[expired, Self.first], [Self.first, early], [expired, early, Self.first]] {
      let keys = certificates.map { TrustedKey(FakeVerifier(.fake(1)), certificate: $0) }
      let bare = [TrustedKey(FakeVerifier(.fake(1)))]
      let report = try report("", by: 1, keys: bare + keys)
      #expect(report.isAccepted)
      #expect(report.signer?.certificate == Self.first)
    }
    let none = [expired, early].map { TrustedKey(FakeVerifier(.fake(1)), certificate: $0) }
    #expect(try report("", by: 1, keys: none).failures == ["certificate-dates:certificate-expired"])
  }

  @Test("A key in the token never verifies it")
  func embedded() throws {
    let numbers = try #require(PublicKey.fake(9).rsa)
    let jwk = ",\"jwk\":{\"kty\":\"RSA\",\"n\":\"\(Base64.url.text(numbers.modulus))\",\"e\":\"AQAB\"}"
    let chain = ",\"x5c\":[\"\(Base64.standard.text(Certificate.fake(9).der))\"]"
    for members in [jwk, chain] {
      let reason = members == jwk ? "no-key-verifies" : "key-not-registered"
      #expect(try report(members, by: 9).failures.contains("signature:\(reason)"))
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
