import Foundation
import OpenSSLCrypto
import Signing
import Testing
import TestSupport

/// Wycheproof's RSA signatures: a valid one is good under the algorithm with its parameters, and under no other.
extension Corpus {
  static let wycheproof = Corpus(name: "wycheproof", knownCaseCount: 4_161) { corpora in
    let folder = corpora.appending(path: "wycheproof")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix("_test.json") && !WycheproofFile.withoutSignatures.contains($0) }.sorted()
      .flatMap { name in
        let file = try JSONDecoder().decode(
          WycheproofFile.self, from: Data(contentsOf: folder.appending(path: name)))
        return try file.testGroups.flatMap { try $0.outcomes(prefix: "\(name.dropLast("_test.json".count)):") }
      }
  }
}

private struct WycheproofFile: Decodable {
  let testGroups: [WycheproofGroup]

  /// Decryption, which keyroll does not do.
  static let withoutSignatures = ["rsa_pkcs1_2048_test.json"]
}

private struct WycheproofGroup: Decodable {
  struct Vector: Decodable {
    let tcId: Int
    let comment: String
    let msg: String
    let sig: String
    let result: String
  }

  struct PrivateKey: Decodable {
    let modulus: String
    let publicExponent: String
  }

  let sha: String
  let mgfSha: String?
  let sLen: Int?
  let publicKeyPem: String?
  /// For cases about making signatures, the only signature to make is also the only one to accept.
  let privateKey: PrivateKey?
  let tests: [Vector]

  /// The algorithm with these parameters, if there is one.
  private var algorithm: SignatureAlgorithm? {
    SignatureAlgorithm.allCases.first { algorithm in
      let isPSS = algorithm.padding == .pss
      let digest = algorithm.digest.rawValue
      return sha == digest && mgfSha == (isPSS ? digest : nil) && sLen == (isPSS ? algorithm.digest.byteCount : nil)
    }
  }

  func outcomes(prefix: String) throws -> [CorpusOutcome] {
    let verifier = try verifier()
    return tests.map { vector in
      let (message, signature) = (bytes(vector.msg), bytes(vector.sig))
      let good = judged(vector).filter { verifier.isValid(signature.span, by: $0, for: message.span) }
      let due = vector.result == "valid" ? [algorithm].compactMap(\.self) : []
      let isEither = vector.result == "acceptable"
      return CorpusOutcome(
        "\(prefix)\(vector.tcId)", isScored && !isEither ? .label : .unscored,
        expected: isEither ? "either" : description(due), found: description(good), isPass: isEither || good == due)
    }
  }

  /// The README scores the hashes of JSON Web Signatures, and every PSS.
  private var isScored: Bool { privateKey == nil && (algorithm != nil || mgfSha != nil) }

  /// The algorithms for which the answer must be right: an invalid signature of one may be a good one of another.
  private func judged(_ vector: Vector) -> [SignatureAlgorithm] {
    if vector.result != "invalid" { return SignatureAlgorithm.allCases }
    if let algorithm { return [algorithm] }
    return mgfSha == nil ? [] : SignatureAlgorithm.allCases.filter { $0.padding == .pss }
  }

  private func verifier() throws -> RSASignatureVerifier {
    if let privateKey {
      let numbers = RSAPublicNumbers(
        modulus: bytes(privateKey.modulus), exponent: bytes(privateKey.publicExponent))
      return try RSASignatureVerifier(PublicKey(rsa: numbers))
    }
    let pem = Array(try #require(publicKeyPem).utf8)
    return try RSASignatureVerifier(#require(PublicKeyFile.read(pem.span).first))
  }

  private func description(_ algorithms: [SignatureAlgorithm]) -> String {
    algorithms.isEmpty ? "refused" : "good as \(algorithms.map(\.rawValue).joined(separator: ", "))"
  }

  private func bytes(_ hexadecimal: String) -> [UInt8] {
    var digits = hexadecimal.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }[...]
    if !digits.count.isMultiple(of: 2) { digits.insert(0, at: digits.startIndex) }
    var bytes: [UInt8] = []
    while let high = digits.popFirst(), let low = digits.popFirst() { bytes.append(UInt8(high << 4 | low)) }
    return bytes
  }
}
