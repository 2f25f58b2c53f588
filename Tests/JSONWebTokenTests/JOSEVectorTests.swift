import Foundation
import JOSE
import OpenSSLCrypto
import Signing
import TestSupport
import Testing

/// The examples of RFC 7515 and RFC 7520.
@Suite("JOSE examples", .enabled(if: Corpora.folder != nil, Comment(rawValue: Corpora.absence)))
struct JOSEVectorTests {
  private func read(_ path: String) throws -> Data {
    try Data(contentsOf: #require(Corpora.folder).appending(path: path))
  }

  /// The published keys hold their private parts, which are taken off.
  private func key(_ object: [String: Any]) throws -> JSONWebKey {
    let publicPart = object.filter { ["kty", "n", "e", "kid", "use", "alg"].contains($0.key) }
    let text = [UInt8](try JSONSerialization.data(withJSONObject: publicPart))
    return try JSONWebKey(try JSONReader.object(text.span))
  }

  private func isValid(_ text: [UInt8], _ key: JSONWebKey, _ algorithm: SignatureAlgorithm) throws -> Bool {
    let token = try CompactSerialization(text.span)
    #expect(token.irregularities.isEmpty)
    let signingInput = Array(token.text[..<token.signingInputByteCount])
    return try RSASignatureVerifier(PublicKey(rsa: key.numbers))
      .isValid(token.signature.span, by: algorithm, for: signingInput.span)
  }

  @Test(
    "The compact RSA examples verify with their key and algorithm, and with no other algorithm",
    arguments: [
      ("rfc7515_A.2", SignatureAlgorithm.rs256), ("rfc7520_4.1", .rs256), ("rfc7520_4.2", .ps384),
    ])
  func compact(_ name: String, _ algorithm: SignatureAlgorithm) throws {
    let object = try #require(
      try JSONSerialization.jsonObject(with: read("jose-vectors/\(name).jwk")) as? [String: Any])
    let text = [UInt8](try read("jose-vectors/\(name).jwsc")).filter { $0 != UInt8(ascii: "\n") }
    for candidate in SignatureAlgorithm.allCases {
      #expect(try isValid(text, key(object), candidate) == (candidate == algorithm), "\(candidate)")
    }
  }

  @Test(
    "The cookbook's compact RSA examples verify",
    arguments: [
      ("4_1.rsa_v15_signature", SignatureAlgorithm.rs256), ("4_2.rsa-pss_signature", .ps384),
    ])
  func cookbook(_ name: String, _ algorithm: SignatureAlgorithm) throws {
    let example = try #require(
      try JSONSerialization.jsonObject(with: read("jose-cookbook/\(name).json")) as? [String: Any])
    let input = try #require(example["input"] as? [String: Any])
    let output = try #require(example["output"] as? [String: Any])
    let text = try #require(output["compact"] as? String)
    #expect(try isValid(Array(text.utf8), key(try #require(input["key"] as? [String: Any])), algorithm))
  }

  @Test("Every JSON serialization is refused by name")
  func json() throws {
    let folder = try #require(Corpora.folder).appending(path: "jose-vectors")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0.hasSuffix(".jwsg") || $0.hasSuffix(".jwsf")
    }
    #expect(files.count >= 5)
    for file in files {
      let text = [UInt8](try read("jose-vectors/\(file)"))
      do {
        _ = try CompactSerialization(text.span)
        Issue.record("\(file) was read")
      } catch { #expect(error.code == .jsonSerialization, "\(file)") }
    }
  }
}
