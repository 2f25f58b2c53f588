import Signing
import SigningTesting
import Testing

@Suite("PublicKey")
struct PublicKeyTests {
  private static let numbers = RSAPublicNumbers(modulus: [0x81, 0x01], exponent: [1, 0, 1])

  private func pss(_ restriction: PSSRestriction?) -> PublicKey {
    PublicKey(subjectPublicKeyInfo: [2], kind: .rsaPSS(Self.numbers, restrictedTo: restriction), sha256Fingerprint: [])
  }

  private func allowed(_ key: PublicKey) -> [SignatureAlgorithm] { SignatureAlgorithm.allCases.filter(key.allows) }

  @Test("an rsaEncryption key allows every algorithm, and another kind none") func kinds() {
    #expect(allowed(.fake()) == SignatureAlgorithm.allCases)
    #expect(allowed(PublicKey(subjectPublicKeyInfo: [], kind: .other("Ed25519"), sha256Fingerprint: [])) == [])
  }

  @Test(
    "a PSS key allows what its restriction does",
    arguments: [
      (nil, [.ps256, .ps384, .ps512]),
      (PSSRestriction(digest: .sha256, maskDigest: .sha256, minimumSaltByteCount: 32), [.ps256]),
      (PSSRestriction(digest: .sha512, maskDigest: .sha512, minimumSaltByteCount: 20), [.ps512]),
      (PSSRestriction(digest: .sha256, maskDigest: .sha256, minimumSaltByteCount: 33), []),
      (PSSRestriction(digest: .sha256, maskDigest: .sha1, minimumSaltByteCount: 20), []),
      (PSSRestriction(digest: .sha1, maskDigest: .sha1, minimumSaltByteCount: 20), []),
      (PSSRestriction(digest: nil, maskDigest: nil, minimumSaltByteCount: 0), []),
    ] as [(PSSRestriction?, [SignatureAlgorithm])])
  func restriction(_ restriction: PSSRestriction?, _ expected: [SignatureAlgorithm]) {
    #expect(allowed(pss(restriction)) == expected)
  }

  @Test("two keys are the same when kind, restriction and numbers are, whatever the encoding") func equality() {
    let plain = PublicKey(subjectPublicKeyInfo: [1], kind: .rsa(Self.numbers), sha256Fingerprint: [])
    let recoded = PublicKey(subjectPublicKeyInfo: [3], kind: .rsa(Self.numbers), sha256Fingerprint: [])
    #expect(plain == recoded)
    #expect(Set([plain, recoded]).count == 1)
    let restricted = pss(PSSRestriction(digest: .sha256, maskDigest: .sha256, minimumSaltByteCount: 32))
    #expect(plain != pss(nil) && plain != restricted && pss(nil) != restricted)
    #expect(plain.hasSameNumbers(as: pss(nil)) && restricted.hasSameNumbers(as: plain))
    #expect(!plain.hasSameNumbers(as: .fake()))
    #expect(plain != .fake())
    #expect(.fake(1) != PublicKey.fake(2))
  }

  @Test("a summary names kind and size") func summary() {
    #expect(PublicKey.fake().summary == "RSA 2048")
    #expect(pss(nil).summary == "RSA-PSS 16")
  }
}
