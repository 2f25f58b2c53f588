import Encodings
import Keyroll
import Signing
import TestSupport
import Testing

/// EntraTests does the same to tokens of the fixtures.
@Suite("TokenVerifier on flipped bits")
struct BitFlipTests {
  @Test(
    "A token of any algorithm is rejected if any one of its bits is flipped, even under the weakest profile",
    arguments: SignatureAlgorithm.allCases)
  func flipped(_ algorithm: SignatureAlgorithm) throws {
    let keys = KeyRegistry(PEMBackend())
    let signer = try keys.signer(
      for: KeyRequest(
        keys.reference("pem:\(Fixtures.path("keys/rsa-2048.pem"))"), algorithm: algorithm, at: 0, secrets: NoSecrets()))
    var token = Array(
      [#"{"alg":"\#(algorithm.rawValue)"}"#, #"{"exp":1700000600}"#].map { Base64.url.text(Array($0.utf8)) }
        .joined(separator: ".").utf8)
    let signature = try signer.sign(token.span)
    token += [UInt8(ascii: ".")] + Base64.url.encode(signature.bytes.span)

    let algorithms = try #require(AlgorithmPolicy(SignatureAlgorithm.allCases))
    let verifier = TokenVerifier(
      profile: .general(algorithms: algorithms), keys: [TrustedKey(try RSASignatureVerifier(signer.publicKey))],
      cryptography: OpenSSLCryptography(), isLenient: true)
    let now = NumericDate(seconds: 1_700_000_000)
    #expect(verifier.verify(token.span, at: now).isAccepted)
    var accepted: [String] = []
    for index in token.indices {
      for bit in 0..<8 {
        var flipped = token
        flipped[index] ^= 1 << bit
        if verifier.verify(flipped.span, at: now).isAccepted { accepted.append("bit \(bit) of byte \(index)") }
      }
    }
    #expect(accepted.isEmpty)
  }
}
