import Signing
import Testing

@Suite("SignatureAlgorithm")
struct SignatureAlgorithmTests {
  @Test("a name is found by its exact spelling", arguments: SignatureAlgorithm.allCases)
  func name(_ algorithm: SignatureAlgorithm) {
    #expect(SignatureAlgorithm(name: algorithm.rawValue) == algorithm)
    #expect(SignatureAlgorithm(name: algorithm.rawValue.lowercased()) == nil)
    #expect(SignatureAlgorithm(name: "\(algorithm.rawValue) ") == nil)
    // A combining mark makes another name, which a tolerant comparison would not notice.
    #expect(SignatureAlgorithm(name: "\(algorithm.rawValue)\u{301}") == nil)
  }

  @Test(
    "other names of RFC 7518 are not among these",
    arguments: ["", "none", "HS256", "ES256", "RSA-OAEP", "RS1", "EdDSA"])
  func unknown(_ name: String) { #expect(SignatureAlgorithm(name: name) == nil) }

  @Test("the name determines key, digest and padding") func parts() {
    #expect(SignatureAlgorithm.allCases.allSatisfy { $0.keyType == .rsa })
    #expect(SignatureAlgorithm.allCases.map(\.digest.byteCount) == [32, 48, 64, 32, 48, 64])
    #expect(SignatureAlgorithm.allCases.map { $0.padding == .pss } == [false, false, false, true, true, true])
    #expect(SignatureAlgorithm.allCases.map(\.isDeterministic) == [true, true, true, false, false, false])
  }
}
