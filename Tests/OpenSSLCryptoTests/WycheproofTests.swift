import Foundation
import OpenSSLCrypto
import Signing
import TestSupport
import Testing

/// Signatures that others made to find mistakes in verifiers.
@Suite("RSASignatureVerifier over Wycheproof", .enabled(if: Corpora.folder != nil, Comment(rawValue: Corpora.absence)))
struct WycheproofTests {
  struct File: Decodable {
    let testGroups: [Group]
  }

  struct Group: Decodable {
    let type: String
    let sha: String
    let mgfSha: String?
    let sLen: Int?
    let publicKeyPem: String
    let tests: [Vector]

    /// The algorithm that the parameters are those of, when there is one.
    var algorithm: SignatureAlgorithm? {
      SignatureAlgorithm.allCases.first { algorithm in
        let isPSS = algorithm.padding == .pss
        let digest = algorithm.digest.rawValue
        return sha == digest && mgfSha == (isPSS ? digest : nil) && sLen == (isPSS ? algorithm.digest.byteCount : nil)
      }
    }
  }

  struct Vector: Decodable {
    let tcId: Int
    let comment: String
    let msg: String
    let sig: String
    let result: String
  }

  static let names: [String] = {
    let names = Corpora.folder.flatMap {
      try? FileManager.default.contentsOfDirectory(atPath: $0.appending(path: "wycheproof").path)
    }
    return (names ?? []).filter { $0.hasPrefix("rsa_signature_") || $0.hasPrefix("rsa_pss_") }.sorted()
  }()

  @Test("the files are there") func files() { #expect(Self.names.count >= 23) }

  @Test("a signature is good under its own algorithm and no other, and only when it is valid", arguments: names)
  func file(_ name: String) throws {
    let folder = try #require(Corpora.folder)
    let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: folder.appending(path: "wycheproof/\(name)")))
    var count = 0
    for group in file.testGroups {
      let pem = Array(group.publicKeyPem.utf8)
      let verifier = try RSASignatureVerifier(#require(PublicKeyFile.read(pem.span).first))
      for vector in group.tests where vector.result != "acceptable" {
        let message = Self.bytes(vector.msg)
        let signature = Self.bytes(vector.sig)
        for algorithm in SignatureAlgorithm.allCases where Self.isJudged(vector, as: algorithm, in: group) {
          let isValid = verifier.isValid(signature.span, by: algorithm, for: message.span)
          let isDue = vector.result == "valid" && algorithm == group.algorithm
          #expect(isValid == isDue, "\(vector.tcId) \(vector.comment) as \(algorithm.rawValue)")
        }
        count += 1
      }
    }
    #expect(count > 0)
  }

  /// A valid signature is judged under every algorithm; an invalid one may be a good one of another algorithm.
  private static func isJudged(_ vector: Vector, as algorithm: SignatureAlgorithm, in group: Group) -> Bool {
    if vector.result == "valid" || algorithm == group.algorithm { return true }
    let isOtherPSS = group.algorithm == nil && group.mgfSha != nil && algorithm.padding == .pss
    // Changed to that length, a signature with SHA-256 is that of PS256.
    return isOtherPSS && vector.comment != "s_len changed to 32"
  }

  private static func bytes(_ hexadecimal: String) -> [UInt8] {
    var digits = hexadecimal.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }[...]
    var bytes: [UInt8] = []
    while let high = digits.popFirst(), let low = digits.popFirst() { bytes.append(UInt8(high << 4 | low)) }
    return bytes
  }
}
