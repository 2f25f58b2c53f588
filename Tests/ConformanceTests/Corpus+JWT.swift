import Encodings
import Foundation
import Tokens
import OpenSSLCrypto
import Signing
import Testing

/// The attack cases, each judged at its time and under its policy.
extension Corpus {
  static let jsonWebTokens = Corpus(name: "jwt", knownCaseCount: 526) { corpora in
    let folder = corpora.appending(path: "jwt")
    let lines = try String(contentsOf: folder.appending(path: "cases.jsonl"), encoding: .utf8).split(separator: "\n")
    return try lines.map { try JSONDecoder().decode(JWTCase.self, from: Data($0.utf8)).outcome(in: folder) }
  }
}

private struct JWTCase: Decodable {
  let id: String
  let file: String
  let policy: String
  let key: String
  let algorithms: [String]
  let expect: String

  enum CodingKeys: String, CodingKey {
    case id, file, policy, key, expect
    case algorithms = "allowed_algs"
  }

  func outcome(in folder: URL) throws -> CorpusOutcome {
    let report = try report(in: folder)
    let answer = report.isAccepted ? "accepted" : "rejected"
    let findings = (report.failedChecks + report.warnings).map { "\($0.id):\($0.finding?.reason ?? "")" }
    let found = findings.isEmpty ? answer : "\(answer) (\(findings.joined(separator: ", ")))"
    switch expect {
    case "accept": return CorpusOutcome(id, expected: "accepted", found: found, isPass: report.isAccepted)
    case "reject": return CorpusOutcome(id, expected: "rejected", found: found, isPass: !report.isAccepted)
    default:
      guard let ruling = JWTRuling.all.first(where: { $0.decides(id) }) else {
        return CorpusOutcome(id, .unscored, expected: "any answer", found: found, isPass: true)
      }
      // A ruling names the one finding that must be there, so that a case never passes for another
      // reason.
      return CorpusOutcome(
        id, .ruling, expected: ruling.expected, found: found,
        isPass: report.isAccepted == ruling.isAccepted
          && ruling.reasons.contains { reason in
            findings.contains { $0.hasSuffix(":\(reason)") }
          })
    }
  }

  private func report(in folder: URL) throws -> VerificationReport {
    let token = [UInt8](try Data(contentsOf: folder.appending(path: file)))
    let keyFile = [UInt8](try Data(contentsOf: folder.appending(path: key)))
    let keys = try PublicKeyFile.read(keyFile.span, of: key).compactMap { try? RSASignatureVerifier($0) }
    let algorithms = try #require(AlgorithmPolicy(algorithms.compactMap { SignatureAlgorithm(name: $0) }))
    let issuer: ExactText? =
      switch policy {
      case "std": "https://issuer.example"
      case "iss_nfd": "https://issue\u{301}r.example"
      default: nil
      }
    let isStandard = policy != "sig"
    let profile = Profile.general(
      algorithms: algorithms, issuer: issuer, audience: isStandard ? "client-1" : nil,
      required: isStandard ? ["exp"] : [])
    return TokenVerifier(
      profile: profile, keys: keys.map { TrustedKey($0) }, cryptography: OpenSSLCryptography()
    )
    .verify(token.span, at: NumericDate(seconds: 1_700_000_000))
  }
}
