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

  @Test("an rsaEncryption key allows every algorithm, and a key of another kind none") func kinds() {
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

  @Test("two keys are the same if kind, restriction and numbers are, whatever the encoding") func equality() {
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

  @Test("a signature is as long as the modulus, and a key of another kind has no length") func signatureLength() {
    #expect(
      SignatureAlgorithm.allCases.map { PublicKey.fake().signatureByteCount(for: $0) }
        == .init(repeating: 256, count: 6))
    #expect(pss(nil).signatureByteCount(for: .ps256) == 2)
    let other = PublicKey(subjectPublicKeyInfo: [], kind: .other("Ed25519"), sha256Fingerprint: [])
    #expect(other.signatureByteCount(for: .rs256) == nil && other.keyType == nil)
  }

  @Test(
    "all faults of a key are listed, the worst first",
    arguments: [
      (2048, 1, [1, 0, 1], []), (8192, 1, [1, 0, 1], []),
      (2040, 1, [1, 0, 1], [.tooSmall(bitCount: 2040, least: 2048)]),
      (8200, 1, [1, 0, 1], [.tooLarge(bitCount: 8200, most: 8192)]), (2048, 1, [3], [.weakExponent]),
      (2048, 1, [1], [.forgeable, .weakExponent]), (2048, 2, [1, 0, 1], [.forgeable]),
      (2048, 1, [1, 0, 0, 0], [.unusable]), (2048, 1, [2], [.unusable, .weakExponent]),
      (1024, 2, [], [.tooSmall(bitCount: 1024, least: 2048), .unusable, .forgeable, .weakExponent]),
    ] as [(Int, UInt8, [UInt8], [PublicKey.Fault])])
  func faults(_ bitCount: Int, _ lastByte: UInt8, _ exponent: [UInt8], _ expected: [PublicKey.Fault]) {
    let modulus = [0x81] + [UInt8](repeating: 1, count: bitCount / 8 - 2) + [lastByte]
    let numbers = RSAPublicNumbers(modulus: modulus, exponent: exponent)
    for kind in [PublicKey.Kind.rsa(numbers), .rsaPSS(numbers, restrictedTo: nil)] {
      #expect(PublicKey(subjectPublicKeyInfo: [], kind: kind, sha256Fingerprint: []).faults == expected)
    }
  }

  @Test("a key of another kind has no fault but its kind") func otherKind() {
    let key = PublicKey(subjectPublicKeyInfo: [], kind: .other("Ed25519"), sha256Fingerprint: [])
    #expect(key.faults == [.unsupportedKind])
  }

  @Test("a summary names kind and size") func summary() {
    #expect(PublicKey.fake().summary == "RSA 2048")
    #expect(pss(nil).summary == "RSA-PSS 16")
  }
}
