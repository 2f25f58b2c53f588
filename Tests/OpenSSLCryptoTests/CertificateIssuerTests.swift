import Encodings
import Foundation
import Messages
import Signing
import SigningTesting
import System
import TestSupport
import Testing

@testable import OpenSSLCrypto

@Suite("CertificateIssuer")
struct CertificateIssuerTests {
  private func id(_ body: () throws -> Void) -> String? { NewCertificate.id(body) }

  @Test("the identifiers of the algorithms are OpenSSL's, byte for byte", arguments: NewCertificate.algorithms)
  func identifiers(_ algorithm: SignatureAlgorithm) throws {
    let options =
      algorithm == .ps256 ? ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"] : []
    let outcome = try Judge.run(
      "/usr/bin/openssl",
      ["req", "-x509", "-new", "-key", Fixtures.path("keys/rsa-2048.pem"), "-subj", "/CN=x"]
        + ["-sha\(algorithm.rawValue.suffix(3))"] + options)
    let certificate = try NewCertificate.certificate(in: Array(outcome.output.utf8))
    let identifier = try #require(CertificateAlgorithm.identifier(of: algorithm))
    #expect(certificate.der.ranges(of: identifier).count == 2)
  }

  @Test(
    "a wrapped certificate is taken apart again, whatever bits the signature ends with",
    arguments: [0, 1, 2, 0x80, 0xFF])
  func wrapped(_ last: UInt8) throws {
    let signer = try NewCertificate.signer()
    let contents = try NewCertificate.contents()
    let encoder = NewCertificate.encoder
    let toBeSigned = try encoder.toBeSigned(contents, publicKey: signer.publicKey, algorithm: .rs256)
    let signature = [UInt8](repeating: 0x55, count: 254) + [0, last]
    let der = try encoder.wrap(toBeSigned: toBeSigned, algorithm: .rs256, signature: signature)
    let parts = try NewCertificate.parts(of: der)
    #expect(parts.signature == signature && parts.toBeSigned == toBeSigned && parts.contents == contents)
    #expect(parts.publicKey == signer.publicKey && parts.algorithm == .rs256)
    let again = try Judge.run("/usr/bin/openssl", ["x509", "-inform", "DER"], input: der)
    #expect(try NewCertificate.certificate(in: Array(again.output.utf8)).der == der)
  }

  @Test("only RS256, RS384, RS512 and PS256 are offered", arguments: [SignatureAlgorithm.ps384, .ps512])
  func otherAlgorithms(_ algorithm: SignatureAlgorithm) {
    #expect(id { _ = try NewCertificate.make("a", algorithm) } == "certificate-algorithm-not-offered")
    #expect(id { _ = try NewCertificate.request("a", algorithm) } == "certificate-algorithm-not-offered")
  }

  @Test(
    "a key that is not a plain RSA key of a good size gets no certificate",
    arguments: ["ec-p256", "ed25519", "rsa-pss", "rsa-1024"])
  func otherKeys(_ name: String) throws {
    let bytes = try Fixtures.bytes("certificates/\(name).pem")
    let key = try NewCertificate.publicKey(in: bytes)
    let contents = try NewCertificate.contents()
    #expect(
      id { _ = try NewCertificate.encoder.toBeSigned(contents, publicKey: key, algorithm: .rs256) }
        == "certificate-key-not-offered")
  }

  /// Signs with another key than it claims, or changes its result.
  private struct LyingSigner: Signer {
    let signer: any Signer
    var publicKey: PublicKey
    var algorithm: SignatureAlgorithm
    var flipsBit = false
    var certificates: [Certificate] { [] }

    init(_ signer: any Signer) {
      self.signer = signer
      publicKey = signer.publicKey
      algorithm = signer.algorithm
    }

    func sign(_ message: Span<UInt8>) throws(SigningError) -> Signature {
      let signature = try signer.sign(message)
      var bytes = signature.bytes
      if flipsBit { bytes[10] ^= 1 }
      return Signature(algorithm: signature.algorithm, bytes: bytes)
    }
  }

  @Test("a signature that does not verify makes nothing") func lies() throws {
    let contents = try NewCertificate.contents()
    let request = CertificateRequestContents(subject: contents.subject)
    var lies: [LyingSigner] = []
    var liar = LyingSigner(try NewCertificate.signer())
    liar.publicKey = try NewCertificate.signer("rsa-2048-other").publicKey
    lies.append(liar)
    liar = LyingSigner(try NewCertificate.signer())
    liar.flipsBit = true
    lies.append(liar)
    liar = LyingSigner(try NewCertificate.signer())
    liar.algorithm = .rs512
    lies.append(liar)
    for signer in lies {
      #expect(id { _ = try NewCertificate.issuer.certificate(contents, signedBy: signer) } == "bad-signature")
      #expect(id { _ = try NewCertificate.issuer.request(request, signedBy: signer) } == "bad-signature")
    }
  }

  @Test(
    "dates up to 2049 are UTCTime and those from 2050 on GeneralizedTime, to the second",
    arguments: [
      ("2028-02-29", 1_835_395_200, "280229000000Z", "280229000000Z"),
      ("the last second of 2049", 2_524_607_999, "491231235959Z", "491231235959Z"),
      ("the first second of 2050", 2_524_608_000, "20500101000000Z", "20500101000000Z"),
      ("the last second that can be written", 253_402_300_799, "99991231235959Z", "99991231235959Z"),
    ] as [(String, Int64, String, String)])
  func dates(_ name: String, _ second: Int64, _ start: String, _ end: String) throws {
    let life = try CertificateLife(at: second, startingAt: second, lasting: 1)
    let contents = try NewCertificate.contents(life: life)
    let certificate = try NewCertificate.issuer.certificate(contents, signedBy: NewCertificate.signer())
    #expect(certificate.notBefore == second && certificate.notAfter == second)
    func element(_ text: String) -> [UInt8] {
      [text.utf8.count == 13 ? 0x17 : 0x18, UInt8(text.utf8.count)] + Array(text.utf8)
    }
    #expect(certificate.der.ranges(of: element(start) + element(end)).count == 1)
  }

  @Test("a life across the start of 2050 has one date of each kind") func turn() throws {
    let life = try CertificateLife(at: 2_524_607_999, startingAt: 2_524_607_999, lasting: 2)
    let certificate = try NewCertificate.issuer.certificate(
      NewCertificate.contents(life: life), signedBy: NewCertificate.signer())
    let dates = [0x17, 13] + Array("491231235959Z".utf8) + [0x18, 15] + Array("20500101000000Z".utf8)
    #expect(certificate.der.ranges(of: dates).count == 1)
  }

  @Test(
    "serial numbers of a certificate are positive INTEGERs of minimal length",
    arguments: [
      [0x01], [0x7F], [0x80], [0xFF, 0], [0x7F] + [UInt8](repeating: 0xFF, count: 19),
    ] as [[UInt8]])
  func serialNumbers(_ number: [UInt8]) throws {
    let contents = try NewCertificate.contents(serialNumber: number)
    let certificate = try NewCertificate.issuer.certificate(contents, signedBy: NewCertificate.signer())
    #expect(certificate.serialNumber == number)
  }

  @Test(
    "a serial number of zero, with a zero before it or of more than 20 bytes is refused",
    arguments: [
      [], [0], [0, 1], [UInt8](repeating: 1, count: 21), [0x80] + [UInt8](repeating: 0, count: 19),
    ] as [[UInt8]])
  func badSerialNumbers(_ number: [UInt8]) {
    #expect(id { _ = try NewCertificate.contents(serialNumber: number) } == "serial-malformed")
  }

  @Test("new serial numbers are never negative and never the same") func newSerialNumbers() throws {
    var numbers: Set<[UInt8]> = []
    for _ in 0..<10_000 {
      let number = try NewCertificate.encoder.newSerialNumber()
      #expect(number.count < 16 || number.count == 16 && number[0] < 0x80)
      numbers.insert(number)
    }
    #expect(numbers.count == 10_000)
  }

  @Test(
    "a certificate made by another program differs",
    arguments: ["self-signed", "leaf", "expired", "rsa-pss", "sha1", "ec-p256"])
  func others(_ name: String) throws {
    let bytes = try Fixtures.bytes("certificates/\(name).pem")
    let der = try NewCertificate.certificate(in: bytes).der
    #expect(id { _ = try NewCertificate.parts(of: der) } == "certificate-differs")
  }

  @Test("a certificate with any changed byte is refused, or has other contents") func changedBytes() throws {
    let contents = try NewCertificate.contents()
    let signer = try NewCertificate.signer()
    let der = try NewCertificate.issuer.certificate(contents, signedBy: signer).der
    let parts = try NewCertificate.parts(of: der)
    for place in stride(from: 0, to: der.count, by: 3) {
      var changed = der
      changed[place] ^= 1
      guard let found = try? NewCertificate.parts(of: changed) else { continue }
      #expect(found != parts, "byte \(place)")
    }
  }
}
