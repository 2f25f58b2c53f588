import Foundation
import Messages
import Signing
import SigningTesting
import System
import TestSupport
import Testing

@testable import OpenSSLCrypto

private typealias Encoding = PKCS12Encoding

/// Files that no tool writes, each made to show one thing.
@Suite("PFXReader")
struct PKCS12ReaderTests {
  private func error(_ bytes: [UInt8], password: String? = "correct horse") -> KeyError? {
    do throws(KeyError) {
      _ = try PFXReader(subject: "pfx:made").contents(
        of: SecretBytes(copying: bytes.span), secrets: FixedSecrets(password))
      return nil
    } catch { return error }
  }

  // MARK: Iterations

  @Test(
    "an iteration count above ten million is refused wherever it is",
    arguments: [
      Encoding.pfx(
        bags: [],
        mac: Encoding.mac(Encoding.sha256, .init(repeating: 0, count: 32), iterations: Encoding.integer(10_000_001))),
      Encoding.pfx(
        bags: [],
        mac: Encoding.mac(
          Encoding.pbmac1(Encoding.pbkdf2(iterations: 10_000_001, keyLength: 32)), .init(repeating: 0, count: 32))),
      Encoding.pfx(bags: [Encoding.shroudedKeyBag(Encoding.tripleDES(iterations: 10_000_001))]),
      Encoding.pfx(bags: [Encoding.shroudedKeyBag(Encoding.pbes2(Encoding.pbkdf2(iterations: .max)))]),
      Encoding.pfx(parts: [Encoding.encryptedPart(Encoding.pbes2(Encoding.pbkdf2(iterations: 1 << 31)))]),
      Encoding.pfx(bags: [
        Encoding.bag(6, Encoding.sequence(Encoding.shroudedKeyBag(Encoding.tripleDES(iterations: 1 << 31))))
      ]),
    ])
  func tooManyIterations(_ file: [UInt8]) { #expect(error(file)?.code == .iterationCountTooHigh) }

  @Test("counts that are each allowed are refused if their sum is not")
  func tooManyIterationsTogether() {
    let bag = Encoding.shroudedKeyBag(Encoding.tripleDES(iterations: 7_000_000))
    #expect(error(Encoding.pfx(bags: [bag, bag, bag]))?.code == .iterationCountTooHigh)
  }

  @Test("an iteration count of zero or less is malformed", arguments: [0, -1, Int64.min])
  func tooFewIterations(_ count: Int64) {
    let mac = Encoding.mac(Encoding.sha256, .init(repeating: 0, count: 32), iterations: Encoding.integer(count))
    #expect(error(Encoding.pfx(bags: [], mac: mac))?.code == .malformedPFX)
    #expect(
      error(Encoding.pfx(bags: [Encoding.shroudedKeyBag(Encoding.tripleDES(iterations: count))]))?.code == .malformedPFX
    )
    let pbes2 = Encoding.pbes2(Encoding.pbkdf2(iterations: count))
    #expect(error(Encoding.pfx(bags: [Encoding.shroudedKeyBag(pbes2)]))?.code == .malformedPFX)
  }

  @Test(
    "scrypt is refused when it asks for too much memory or too much work",
    arguments: [(1 << 20, 8, 1), (1 << 17, 1, 1 << 17), (1 << 62, 1 << 62, 1), (2, 1, 1 << 62)]
      as [(Int64, Int64, Int64)])
  func scryptCost(_ cost: Int64, _ blockSize: Int64, _ parallelization: Int64) {
    let scrypt = Encoding.scrypt(cost: cost, blockSize: blockSize, parallelization: parallelization)
    #expect(
      error(Encoding.pfx(bags: [Encoding.shroudedKeyBag(Encoding.pbes2(scrypt))]))?.code == .iterationCountTooHigh)
  }

  // MARK: Sizes

  @Test("more than 1024 bags are refused, however they are spread")
  func tooManyBags() {
    let bags = [[UInt8]](repeating: Encoding.bag(7, Encoding.sequence()), count: 600)
    #expect(error(Encoding.pfx(bags: bags)) == nil)
    let part = Encoding.data(Encoding.sequence(of: bags))
    #expect(error(Encoding.pfx(parts: [part, part]))?.code == .malformedPFX)
  }

  @Test("more than 64 parts are refused")
  func tooManyParts() {
    let part = Encoding.data(Encoding.sequence())
    #expect(error(Encoding.pfx(parts: .init(repeating: part, count: 64))) == nil)
    #expect(error(Encoding.pfx(parts: .init(repeating: part, count: 65)))?.code == .malformedPFX)
  }

  @Test("bags nested 8 deep are read, and 9 deep are refused", arguments: [8, 9, 100, 20_000])
  func nesting(_ depth: Int) {
    let bags = (0..<depth).reduce(Encoding.sequence()) { inner, _ in Encoding.sequence(Encoding.bag(6, inner)) }
    let file = Encoding.pfx(Encoding.data(Encoding.sequence(Encoding.data(bags))))
    #expect(error(file)?.code == (depth <= 8 ? nil : .malformedPFX))
  }

  // MARK: Protection

  @Test(
    "an algorithm that is not offered is named, and no password is asked for",
    arguments: [
      ("1.2.840.113549.1.12.1.99", Encoding.algorithm("1.2.840.113549.1.12.1.99", Encoding.sequence())),
      ("1.2.840.113549.1.5.99", Encoding.pbes2(Encoding.algorithm("1.2.840.113549.1.5.99", Encoding.sequence()))),
      (
        "1.2.840.113549.2.99",
        Encoding.pbes2(Encoding.pbkdf2(iterations: 1, prf: Encoding.algorithm("1.2.840.113549.2.99")))
      ),
      ("1.2.3.4", Encoding.pbes2(Encoding.pbkdf2(iterations: 1), Encoding.algorithm("1.2.3.4", Encoding.octets([])))),
      (
        "aes-256-gcm",
        Encoding.pbes2(
          Encoding.pbkdf2(iterations: 1),
          Encoding.algorithm(
            "2.16.840.1.101.3.4.1.46", Encoding.sequence(Encoding.octets(.init(repeating: 3, count: 12)))))
      ),
    ])
  func unknownAlgorithm(_ name: String, _ algorithm: [UInt8]) {
    for file in [
      Encoding.pfx(bags: [Encoding.shroudedKeyBag(algorithm)]),
      Encoding.pfx(parts: [Encoding.encryptedPart(algorithm)]),
    ] {
      let error = error(file)
      #expect(error?.code == .unsupportedProtection)
      #expect(error?.message.contains(name) == true)
    }
  }

  @Test("a MAC whose algorithm is not offered is named, not called a wrong password")
  func unknownMAC() {
    let digest = Encoding.mac(Encoding.algorithm("1.2.3.4"), .init(repeating: 0, count: 32))
    #expect(error(Encoding.pfx(bags: [], mac: digest))?.code == .unsupportedProtection)
    let scrypt = Encoding.pbmac1(Encoding.scrypt(cost: 2, blockSize: 1, parallelization: 1))
    let derivation = Encoding.mac(scrypt, .init(repeating: 0, count: 32))
    #expect(error(Encoding.pfx(bags: [], mac: derivation))?.code == .unsupportedProtection)
    // SHAKE256 has no digest length of its own.
    let shake = Encoding.mac(Encoding.algorithm("2.16.840.1.101.3.4.2.12"), .init(repeating: 0, count: 32))
    #expect(error(Encoding.pfx(bags: [], mac: shake))?.code == .unsupportedProtection)
  }

  @Test("public-key integrity and privacy are named, not called damage")
  func publicKeyModes() {
    let signed = Encoding.sequence(Encoding.object("1.2.840.113549.1.7.2"), Encoding.explicit(Encoding.sequence()))
    #expect(error(Encoding.pfx(signed))?.code == .unsupportedProtection)
    let enveloped = Encoding.sequence(Encoding.object("1.2.840.113549.1.7.3"), Encoding.explicit(Encoding.sequence()))
    #expect(error(Encoding.pfx(parts: [enveloped]))?.code == .unsupportedProtection)
  }

  @Test("a PBMAC1 key has from 20 to 64 bytes", arguments: [nil, 0, -1, 19, 65, .max] as [Int64?])
  func pbmac1KeyLength(_ length: Int64?) {
    let mac = Encoding.mac(
      Encoding.pbmac1(Encoding.pbkdf2(iterations: 1, keyLength: length)), .init(repeating: 0, count: 32))
    #expect(error(Encoding.pfx(bags: [], mac: mac))?.code == .malformedPFX)
  }

  @Test("a MAC of another length than its digest is malformed")
  func macLength() {
    #expect(
      error(Encoding.pfx(bags: [], mac: Encoding.mac(Encoding.sha256, .init(repeating: 0, count: 31))))?.code
        == .malformedPFX)
  }

  @Test("an initialization vector or a key length that the cipher does not have is malformed")
  func cipherParameters() {
    let vector = Encoding.algorithm("2.16.840.1.101.3.4.1.42", Encoding.octets(.init(repeating: 3, count: 8)))
    let shortVector = Encoding.pbes2(Encoding.pbkdf2(iterations: 1), vector)
    #expect(error(Encoding.pfx(bags: [Encoding.shroudedKeyBag(shortVector)]))?.code == .malformedPFX)
    let shortKey = Encoding.pbes2(Encoding.pbkdf2(iterations: 1, keyLength: 16))
    #expect(error(Encoding.pfx(bags: [Encoding.shroudedKeyBag(shortKey)]))?.code == .malformedPFX)
  }

  @Test("ciphertext that is not a whole number of blocks is damaged, whatever the password", arguments: [0, 1, 15, 17])
  func ciphertextLength(_ count: Int) {
    let bag = Encoding.shroudedKeyBag(Encoding.pbes2(Encoding.pbkdf2(iterations: 1)), .init(repeating: 7, count: count))
    #expect(error(Encoding.pfx(bags: [bag]))?.code == .damagedFile)
  }

  // MARK: Passwords

  @Test("a password is asked for once, and only if the file opens neither without one nor with the empty one")
  func asksOnce() {
    let file = Encoding.pfx(bags: [Encoding.shroudedKeyBag(Encoding.tripleDES(iterations: 1))])
    for (password, code) in [("wrong", .wrongPassword), ("", .wrongPassword), (nil, .passwordRequired)]
      as [(String?, KeyError.Code)]
    {
      let secrets = FixedSecrets(password)
      #expect {
        try PFXReader(subject: "pfx:made").contents(of: SecretBytes(copying: file.span), secrets: secrets)
      } throws: { ($0 as? KeyError)?.code == code }
      #expect(secrets.requests.count == 1)
    }
  }

  @Test("no password is asked for if nothing is protected, and a note says so")
  func asksNothing() throws {
    let secrets = FixedSecrets("unused")
    let contents = try PFXReader(subject: "pfx:made").contents(
      of: SecretBytes(copying: Encoding.pfx(bags: []).span), secrets: secrets)
    #expect(secrets.requests.count == 0)
    #expect(contents.notes == ["nothing protects pfx:made against change: it has no MAC"])
  }

  // MARK: Names

  @Test("a key has its own friendly name, or otherwise the one of its certificate")
  func names() throws {
    func der(_ name: String) throws -> [UInt8] {
      let text = try String(contentsOf: Fixtures.url(name), encoding: .utf8)
      let lines = text.split(separator: "\n").drop { !$0.hasPrefix("-----BEGIN") }.dropFirst().prefix {
        !$0.hasPrefix("-----END")
      }
      return [UInt8](try #require(Data(base64Encoded: lines.joined())))
    }
    func name(ofKey own: String?, certificate: String?) throws -> String? {
      let key = Encoding.bag(1, try der("keys/rsa-2048.pem"), attributes: own.map(Encoding.friendlyName) ?? [])
      let leaf = Encoding.certificateBag(
        try der("certificates/leaf.pem"), attributes: certificate.map(Encoding.friendlyName) ?? [])
      let file = Encoding.pfx(bags: [leaf, key])
      let contents = try PFXReader(subject: "pfx:made").contents(
        of: SecretBytes(copying: file.span), secrets: NoSecrets())
      return try #require(contents.privateKeys.first).friendlyNames.first
    }
    #expect(try name(ofKey: nil, certificate: "leaf") == "leaf")
    #expect(try name(ofKey: "key", certificate: "leaf") == "key")
    #expect(try name(ofKey: nil, certificate: nil) == nil)
  }

  // MARK: Shape

  @Test(
    "bytes after the end are refused, unless all of them are zero",
    arguments: [[1], [0, 1], [0x0A], [1, 0]] as [[UInt8]])
  func trailingData(_ rest: [UInt8]) { #expect(error(Encoding.pfx(bags: []) + rest)?.code == .trailingData) }

  @Test("zero bytes after the end are accepted, and a note says so", arguments: [1, 8, 4000])
  func trailingZeros(_ count: Int) throws {
    let file = Encoding.pfx(bags: []) + [UInt8](repeating: 0, count: count)
    let contents = try PFXReader(subject: "pfx:made").contents(
      of: SecretBytes(copying: file.span), secrets: NoSecrets())
    let bytes = count == 1 ? "byte follows" : "bytes follow"
    #expect(
      contents.notes.first == "\(count) zero \(bytes) the PFX in pfx:made, as Windows appends them: they were not read")
    #expect(contents.trailingZeroCount == count)
  }

  @Test("the error about a file that ends early says so", arguments: [1, 2, 3, 10])
  func cutShort(_ missing: Int) {
    let error = error(Array(Encoding.pfx(bags: []).dropLast(missing)))
    #expect(error?.code == .malformedPFX)
    #expect(error?.message.contains("cut short") == true)
  }

  @Test(
    "a file that does not begin like a PFX is not recognised",
    arguments: [[], [0], .init(repeating: 0, count: 1 << 20), Array("-----BEGIN".utf8)])
  func otherFiles(_ bytes: [UInt8]) { #expect(error(bytes)?.code == .unrecognisedKeyFile) }

  @Test(
    "an outer structure that is not a PFX is malformed",
    arguments: [
      Encoding.sequence(),
      Encoding.sequence(Encoding.integer(3)),
      Encoding.pfx(version: 4, Encoding.data(Encoding.sequence())),
      Encoding.pfx(Encoding.sequence()),
      Encoding.pfx(Encoding.sequence(Encoding.object("1.2.840.113549.1.7.1"))),
      Encoding.pfx(Encoding.data([])),
      Encoding.pfx(Encoding.data(Encoding.sequence() + [0])),
      Encoding.pfx(Encoding.sequence(Encoding.object("1.2.3"), Encoding.explicit(Encoding.octets([])))),
      Encoding.pfx(parts: [Encoding.sequence(Encoding.object("1.2.840.113549.1.7.1"))]),
      Encoding.pfx(parts: [Encoding.sequence(Encoding.object("1.2.840.113549.1.7.6"))]),
      Encoding.pfx(parts: [Encoding.sequence(Encoding.object("1.2.3"), Encoding.explicit(Encoding.octets([])))]),
      Encoding.pfx(bags: [], mac: Encoding.sequence()),
      Encoding.pfx(bags: [], mac: Encoding.octets([1])),
      Encoding.pfx(bags: [Encoding.bag(2, Encoding.sequence())]),
      Encoding.pfx(bags: [Encoding.bag(1, Encoding.octets([1]))]),
    ])
  func malformed(_ file: [UInt8]) { #expect(error(file)?.code == .malformedPFX) }

  @Test("secret bags, CRL bags and bags of unknown kinds are skipped", arguments: [4, 5, 7])
  func otherBags(_ kind: Int) {
    let value = Encoding.sequence(Encoding.object("1.2.3"), Encoding.explicit(Encoding.octets([1])))
    #expect(error(Encoding.pfx(bags: [Encoding.bag(kind, value)])) == nil)
  }
}
