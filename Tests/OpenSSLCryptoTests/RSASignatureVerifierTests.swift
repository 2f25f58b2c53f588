import Messages
import OpenSSLCrypto
import Signing
import SigningTesting
import TestSupport
import Testing

@Suite("RSASignatureVerifier")
struct RSASignatureVerifierTests {
  private static let message = Array("message".utf8)

  private func signer(_ algorithm: SignatureAlgorithm, key: String = "rsa-2048") throws -> any Signer {
    let registry = KeyRegistry(PEMBackend())
    let reference = try registry.reference("pem:\(Fixtures.path("keys/\(key).pem"))")
    return try registry.signer(for: KeyRequest(reference, algorithm: algorithm, at: 0, secrets: NoSecrets()))
  }

  private func isValid(_ signature: [UInt8], _ algorithm: SignatureAlgorithm, _ verifier: RSASignatureVerifier) -> Bool
  {
    verifier.isValid(signature.span, by: algorithm, for: Self.message.span)
  }

  @Test("a signature with any bit flipped is bad", arguments: SignatureAlgorithm.allCases)
  func everyBit(_ algorithm: SignatureAlgorithm) throws {
    let signer = try signer(algorithm)
    let good = try signer.sign(Self.message.span).bytes
    let verifier = try RSASignatureVerifier(signer.publicKey)
    for bit in stride(from: 0, to: good.count * 8, by: 13) {
      var bad = good
      bad[bit / 8] ^= 1 << (bit % 8)
      #expect(!isValid(bad, algorithm, verifier))
    }
    #expect(isValid(good, algorithm, verifier))
  }

  @Test("a signature is exactly as long as the modulus", arguments: SignatureAlgorithm.allCases)
  func length(_ algorithm: SignatureAlgorithm) throws {
    let signer = try signer(algorithm)
    let good = try signer.sign(Self.message.span).bytes
    let verifier = try RSASignatureVerifier(signer.publicKey)
    for bad in [[], Array(good.dropLast()), Array(good.dropFirst()), good + [0], [0] + good, good + good] {
      #expect(!isValid(bad, algorithm, verifier))
    }
  }

  @Test("another key's signature is bad", arguments: SignatureAlgorithm.allCases)
  func otherKey(_ algorithm: SignatureAlgorithm) throws {
    let signature = try signer(algorithm).sign(Self.message.span).bytes
    let verifier = try RSASignatureVerifier(signer(algorithm, key: "rsa-2048-other").publicKey)
    #expect(!isValid(signature, algorithm, verifier))
  }

  @Test("a key restricted to PSS with one digest accepts nothing else, though the numbers fit")
  func restricted() throws {
    let key = try signer(.ps256, key: "rsa-pss-sha256").publicKey
    let numbers = try #require(key.rsa)
    let open = try RSASignatureVerifier(PublicKey(rsa: numbers))
    let restricted = try RSASignatureVerifier(key)
    let signature = try signer(.ps256, key: "rsa-pss-sha256").sign(Self.message.span).bytes
    #expect(isValid(signature, .ps256, open) && isValid(signature, .ps256, restricted))
    for algorithm in SignatureAlgorithm.allCases where algorithm != .ps256 {
      #expect(!isValid(signature, algorithm, restricted))
    }
  }

  @Test("a key with an exponent below 65537 verifies, and its caller gives the warning")
  func smallExponent() throws {
    let bytes = try Fixtures.bytes("public-keys/rsa-e3.pem")
    let key = try #require(PublicKeyFile.read(bytes.span).first)
    #expect(try RSASignatureVerifier(key).publicKey == key)
  }

  @Test(
    "a key that proves nothing, or is not a key, is refused",
    arguments: [
      (
        RSAPublicNumbers(modulus: [0x81] + [UInt8](repeating: 1, count: 255), exponent: [1]), KeyError.Code.brokenRSAKey
      ),
      (RSAPublicNumbers(modulus: [0x81] + [UInt8](repeating: 1, count: 255), exponent: [1, 0, 0]), .brokenRSAKey),
      (RSAPublicNumbers(modulus: [0x80] + [UInt8](repeating: 0, count: 255), exponent: [1, 0, 1]), .brokenRSAKey),
      (RSAPublicNumbers(modulus: [0x81] + [UInt8](repeating: 1, count: 2048), exponent: [1, 0, 1]), .rsaKeyTooLarge),
    ])
  func refused(_ numbers: RSAPublicNumbers, _ code: KeyError.Code) throws {
    let key = try PublicKey(rsa: numbers)
    do throws(KeyError) {
      _ = try RSASignatureVerifier(key)
      Issue.record("it is taken")
    } catch {
      #expect(error.code == code)
    }
  }

  @Test("an EC key is refused") func notRSA() throws {
    let bytes = try Fixtures.bytes("public-keys/ec-p256.pem")
    let key = try #require(PublicKeyFile.read(bytes.span).first)
    #expect((try? RSASignatureVerifier(key)) == nil)
  }

  @Test("one verifier works in many threads at the same time")
  func parallel() async throws {
    let good = try [SignatureAlgorithm.rs256, .ps384].map { ($0, try signer($0).sign(Self.message.span).bytes) }
    let verifier = try RSASignatureVerifier(signer(.rs256).publicKey)
    let wrongAnswers = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          var wrongAnswers = 0
          for round in 0..<100 {
            let (algorithm, signature) = good[round % 2]
            let other: SignatureAlgorithm = algorithm == .rs256 ? .rs512 : .ps256
            let isGood = verifier.isValid(signature.span, by: algorithm, for: Self.message.span)
            let isBad = !verifier.isValid(signature.span, by: other, for: Self.message.span)
            wrongAnswers += isGood && isBad ? 0 : 1
          }
          return wrongAnswers
        }
      }
      return await group.reduce(0, +)
    }
    #expect(wrongAnswers == 0)
  }
}
