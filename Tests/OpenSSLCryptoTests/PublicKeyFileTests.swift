import Foundation
import Messages
import OpenSSLCrypto
import Signing
import TestSupport
import Testing

@Suite("PublicKeyFile")
struct PublicKeyFileTests {
  private func keys(_ file: String) throws(KeyError) -> [PublicKey] {
    let bytes = (try? Fixtures.bytes(file)) ?? []
    return try PublicKeyFile.read(bytes.span)
  }

  @Test(
    "all four forms and the certificate give the same key",
    arguments: ["spki.pem", "spki.der", "pkcs1.pem", "pkcs1.der"])
  func forms(_ file: String) throws {
    let key = try #require(keys("public-keys/\(file)").first)
    #expect(try key == keys("certificates/leaf.pem").first)
    #expect(try key.subjectPublicKeyInfo == Fixtures.bytes("public-keys/spki.der"))
    #expect(key.sha256Fingerprint.count == 32)
  }

  @Test("a key that is made from its numbers is the same key") func numbers() throws {
    let key = try #require(keys("public-keys/spki.pem").first)
    let made = try PublicKey(rsa: #require(key.rsa))
    #expect(made.subjectPublicKeyInfo == key.subjectPublicKeyInfo)
    #expect(made.sha256Fingerprint == key.sha256Fingerprint)
    #expect(made.kind == key.kind)
  }

  @Test("a key of zero is refused") func zero() {
    #expect((try? PublicKey(rsa: RSAPublicNumbers(modulus: [0], exponent: [1, 0, 1]))) == nil)
    #expect((try? PublicKey(rsa: RSAPublicNumbers(modulus: [5], exponent: []))) == nil)
  }

  @Test(
    "a key has a summary for a person",
    arguments: [
      ("public-keys/spki.pem", "RSA 2048"), ("certificates/rsa-4096.pem", "RSA 4096"),
      ("certificates/rsa-1024.pem", "RSA 1024"),
      ("public-keys/rsa-pss-sha256.pem", "RSA-PSS 2048"), ("public-keys/ec-p256.pem", "EC P-256"),
      ("certificates/ed25519.pem", "Ed25519"),
    ])
  func summary(_ file: String, _ expected: String) throws { #expect(try keys(file).first?.summary == expected) }

  @Test(
    "a PSS key allows what its parameters allow",
    arguments: [
      ("rsa-pss.pem", [SignatureAlgorithm.ps256, .ps384, .ps512]), ("rsa-pss-sha256.pem", [.ps256]),
      ("rsa-pss-sha512.pem", [.ps512]),
    ])
  func restriction(_ file: String, _ allowed: [SignatureAlgorithm]) throws {
    let key = try #require(keys("certificates/\(file)").first)
    #expect(SignatureAlgorithm.allCases.filter(key.allows) == allowed)
  }

  @Test(
    "a file that is not a public key has its own error",
    arguments: [
      ("public-keys/trailing.der", KeyError.Code.trailingData), ("keys/rsa-2048.pem", .noPublicKey),
      ("pem/pkcs8.der", .noPublicKey),
      ("pem/text.pem", .unrecognisedKeyFile), ("pfx/openssl-default.p12", .noPublicKey),
      ("certificates/truncated.pem", .malformedPEM),
      ("certificates/not-a-certificate.pem", .malformedCertificate),
    ])
  func refused(_ file: String, _ code: KeyError.Code) throws {
    do throws(KeyError) {
      _ = try keys(file)
      Issue.record("it is read")
    } catch {
      #expect(error.code == code, "\(error)")
    }
  }

  @Test("a public key that is cut at any place is refused") func cut() throws {
    let der = try Fixtures.bytes("public-keys/spki.der")
    for count in 0..<der.count {
      let cut = Array(der.prefix(count))
      #expect((try? PublicKeyFile.read(cut.span)) == nil)
    }
  }
}
