import Messages
import Signing
import SigningTesting
import Testing

@Suite("KeyRegistry")
struct KeyRegistryTests {
  /// Returns what it is given.
  private struct FixedBackend: KeyBackend {
    var name = "fixed"
    let key: any Signer

    var syntax: KeyReferenceSyntax { KeyReferenceSyntax(name) }

    func signer(for request: KeyRequest) throws(KeyError) -> any Signer { key }
  }

  private func refusal(_ key: any Signer, _ text: String = "fixed:a") -> KeyError.Code? {
    let registry = KeyRegistry(FixedBackend(key: key))
    do throws(KeyError) {
      _ = try registry.signer(for: KeyRequest(registry.reference(text), algorithm: .rs256, at: 0, secrets: NoSecrets()))
      return nil
    } catch {
      return error.code
    }
  }

  private func key(_ numbers: RSAPublicNumbers) -> PublicKey {
    PublicKey(subjectPublicKeyInfo: [1], kind: .rsa(numbers), sha256Fingerprint: [])
  }

  @Test("a good key is returned") func fit() { #expect(refusal(FakeSigner()) == nil) }

  @Test("an unknown scheme is named") func unknownScheme() {
    #expect(refusal(FakeSigner(), "plain.pem") == .unknownKeyScheme)
  }

  @Test("a signer for another algorithm is not returned") func otherAlgorithm() {
    #expect(refusal(FakeSigner(.ps256)) == .keyRestricted)
  }

  @Test("the first backend of a scheme opens its keys, and schemes are listed in order") func order() throws {
    let registry = KeyRegistry(
      FixedBackend(name: "a", key: FakeSigner()), FixedBackend(name: "b", key: FakeSigner(publicKey: .fake(2))))
    #expect(registry.schemes == ["a", "b"])
    #expect(
      try registry.signer(for: KeyRequest(registry.reference("b:x"), algorithm: .rs256, at: 0, secrets: NoSecrets()))
        .publicKey == .fake(2)
    )
  }

  @Test(
    "a key that must not sign is not returned",
    arguments: [
      (2040, [1, 0, 1], KeyError.Code.rsaKeyTooSmall), (16392, [1, 0, 1], .rsaKeyTooLarge),
      (2048, [1, 0, 0], .brokenRSAKey), (2048, [3], .rsaExponentTooSmall),
      (2048, [0xFF, 0xFF], .rsaExponentTooSmall),
    ] as [(Int, [UInt8], KeyError.Code)])
  func unfit(_ bitCount: Int, _ exponent: [UInt8], _ code: KeyError.Code) {
    let modulus = [0x81] + [UInt8](repeating: 1, count: bitCount / 8 - 1)
    #expect(refusal(FakeSigner(publicKey: key(RSAPublicNumbers(modulus: modulus, exponent: exponent)))) == code)
  }

  @Test("a key that is not RSA is not returned") func notRSA() {
    let key = PublicKey(subjectPublicKeyInfo: [1], kind: .other("EC P-256"), sha256Fingerprint: [])
    #expect(refusal(FakeSigner(publicKey: key)) == .keyNotRSA)
  }

  @Test("a key restricted to PSS is not returned for PKCS#1 v1.5") func restricted() throws {
    let numbers = try #require(PublicKey.fake().rsa)
    let key = PublicKey(subjectPublicKeyInfo: [1], kind: .rsaPSS(numbers, restrictedTo: nil), sha256Fingerprint: [])
    #expect(refusal(FakeSigner(publicKey: key)) == .keyRestricted)
  }

  @Test("a key with the certificate of another key is not returned") func mismatch() {
    #expect(refusal(FakeSigner(certificates: [.fake(of: .fake(2))])) == .certificateMismatch)
    #expect(refusal(FakeSigner(certificates: [.fake(of: .fake())])) == nil)
  }
}
