import Foundation
import JOSE
import JSONWebToken
import OpenSSLCrypto
import Signing
import TestSupport
import Testing

/// The attack cases of the corpora, judged at their time under their policy.
@Suite("TokenVerifier on the corpora", .enabled(if: Corpora.folder != nil, Comment(rawValue: Corpora.absence)))
struct JWTCorpusTests {
  private struct Case: Decodable, CustomStringConvertible {
    let id: String
    let file: String
    let policy: String
    let key: String
    let algorithms: [String]
    let expect: String
    let why: String

    enum CodingKeys: String, CodingKey {
      case id, file, policy, key, expect, why
      case algorithms = "allowed_algs"
    }

    var description: String { "\(id): \(why)" }
  }

  /// Cases whose label another rule of the corpora overrules, with the reason.
  private static let overruled = ["G-plv8": "nested 90 deep; the ruling is that more than 16 is refused"]

  private static let now = NumericDate(seconds: 1_700_000_000)

  private static func cases() throws -> [Case] {
    let folder = try #require(Corpora.folder)
    let lines = try String(contentsOf: folder.appending(path: "jwt/cases.jsonl"), encoding: .utf8).split(
      separator: "\n")
    return try lines.map { try JSONDecoder().decode(Case.self, from: Data($0.utf8)) }
  }

  private static func report(_ item: Case) throws -> VerificationReport {
    let folder = try #require(Corpora.folder).appending(path: "jwt")
    let token = [UInt8](try Data(contentsOf: folder.appending(path: item.file)))
    let keyFile = [UInt8](try Data(contentsOf: folder.appending(path: item.key)))
    let keys = try PublicKeyFile.read(keyFile.span, of: item.key).compactMap { try? RSASignatureVerifier($0) }
    let algorithms = try #require(AlgorithmPolicy(item.algorithms.compactMap { SignatureAlgorithm(name: $0) }))
    let issuer: JSONString? =
      switch item.policy {
      case "std": "https://issuer.example"
      case "iss_nfd": "https://issue\u{301}r.example"
      default: nil
      }
    let isStandard = item.policy != "sig"
    let profile = Profile.general(
      algorithms: algorithms, issuer: issuer, audience: isStandard ? "client-1" : nil,
      required: isStandard ? ["exp"] : [])
    return TokenVerifier(
      profile: profile, keys: keys.map { TrustedKey($0) }, certificateReader: OpenSSLCertificateReader()
    )
    .verify(token.span, at: now)
  }

  @Test("Every case that must be accepted is accepted, and every case that must be rejected is rejected")
  func labelled() throws {
    let cases = try Self.cases().filter { $0.expect != "policy" && Self.overruled[$0.id] == nil }
    for item in cases {
      let report = try Self.report(item)
      #expect(
        report.isAccepted == (item.expect == "accept"),
        "\(item): \(report.failedChecks.map { "\($0.id): \($0.finding?.message ?? "")" })")
    }
  }

  @Test("The rulings on the other cases hold, and none of them crashes")
  func rulings() throws {
    let refused = [
      "G-hdr-lonesurr", "G-plv0", "G-plv12", "H-exp-ms", "H-exp-int64max", "H-exp-int64max+1", "H-exp-uint64wrap",
      "H-iat>exp", "D-own2", "D-own3", "D-own5", "D-own6", "D-own8",
    ]
    for item in try Self.cases() where item.expect == "policy" {
      let report = try Self.report(item)
      if refused.contains(item.id) { #expect(!report.isAccepted, "\(item)") }
    }
  }
}
