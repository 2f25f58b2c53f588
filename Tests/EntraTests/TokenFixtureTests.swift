import Encodings
import Entra
import Foundation
import Tokens
import OpenSSLCrypto
import Signing
import TestSupport
import Testing

/// Tokens from other people's tools, including the published mistakes.
@Suite("The Entra profiles on tokens made by others", .tags(.slow))
struct TokenFixtureTests {
  struct Row: Decodable, Sendable, CustomTestStringConvertible {
    let file: String
    let profile: String
    let certificate: String
    let parameters: [String: String]
    let at: Int64
    let strict: String
    let lenient: String
    /// `check:reason` that it is about: a failed check, or a warning if it is accepted all the same.
    let expected: String?
    let why: String

    enum CodingKeys: String, CodingKey {
      case file, profile, certificate, parameters, at, strict, lenient, why
      case expected = "expect-check"
    }

    var testDescription: String { "\(file): \(why)" }

    /// Judged by the certificate of the row, and by a saved answer if the row names one.
    func report(
      isLenient: Bool, registered file: String? = nil, editing edit: (inout [UInt8]) -> Void = { _ in }
    ) throws -> VerificationReport {
      func parameter(_ name: String) -> ExactText? { parameters[name].map(ExactText.init(_:)) }
      var profile =
        try self.profile == "graph-proof"
        ? Profile.graphProof(objectID: parameter("object-id"), clientID: parameter("client-id"))
        : Profile.entraAssertion(tenant: parameter("tenant"), clientID: parameter("client-id"))
      profile.algorithms = profile.algorithms.asking(
        for: parameters["algorithm"].flatMap(SignatureAlgorithm.init(name:)).map { [$0] } ?? [])
      let trusted = try Fixtures.bytes(certificate)
      let certificate = try #require(try CertificateFile.read(trusted.span).first)
      var certificates = [certificate]
      if let file {
        let saved = try Fixtures.bytes("key-credentials/\(file).json")
        let registered = try KeyCredentials(saved.span, cryptography: OpenSSLCryptography())
        certificates += registered.certifiedEntries(at: NumericDate(seconds: at)).compactMap(\.certificate)
        profile = profile.judging(by: registered)
      }
      let keys = try certificates.map { TrustedKey(try RSASignatureVerifier($0.publicKey), certificate: $0) }
      var token = try Fixtures.bytes("tokens/\(self.file)")
      edit(&token)
      return TokenVerifier(
        profile: profile, keys: keys, cryptography: OpenSSLCryptography(), isLenient: isLenient
      )
      .verify(token.span, at: NumericDate(seconds: at))
    }
  }

  static let rows: [Row] = {
    do {
      return try JSONDecoder().decode([Row].self, from: Data(contentsOf: Fixtures.url("tokens/manifest.json")))
    } catch {
      Issue.record("tokens/manifest.json: \(error)")
      return []
    }
  }()

  @Test("Each is accepted or rejected under strict rules, for exactly the reason in its row", arguments: rows)
  func strict(_ row: Row) throws {
    let report = try row.report(isLenient: false)
    #expect(report.isAccepted == (row.strict == "accepted"))
    let notable = report.isAccepted ? report.warnings : report.failedChecks
    let found = notable.map { "\($0.id):\($0.finding?.reason ?? "")" }
    if let expected = row.expected { #expect(found.contains(expected), "\(found)") } else { #expect(found.isEmpty) }
  }

  @Test("Lenient rules accept what the token endpoint is seen to accept, with a warning each", arguments: rows)
  func lenient(_ row: Row) throws {
    let report = try row.report(isLenient: true)
    #expect(report.isAccepted == (row.lenient == "accepted"), "\(report.failedChecks)")
    if row.strict != row.lenient { #expect(!report.warnings.isEmpty) }
  }

  @Test("Every failed check of the two profiles says what to do or what the service would answer", arguments: rows)
  func nextStep(_ row: Row) throws {
    for check in try row.report(isLenient: false).failedChecks {
      let finding = try #require(check.finding)
      #expect(finding.hint != nil || finding.serviceAnswer != nil, "\(check.id): \(finding.message)")
    }
  }

  @Test(
    "No answer of the service is predicted if lenient rules accept, because the service does too",
    arguments: rows.filter { $0.strict != $0.lenient })
  func noAnswer(_ row: Row) throws {
    for check in try row.report(isLenient: false).failedChecks {
      let finding = try #require(check.finding)
      #expect(finding.serviceAnswer == nil, "\(check.id):\(finding.reason)")
      #expect(finding.hint != nil)
    }
  }

  @Test("Every accepted token is the one spelling of its segments", arguments: rows.filter { $0.strict == "accepted" })
  func canonical(_ row: Row) throws {
    #expect(try row.report(isLenient: false).isAccepted)
    let text = try Fixtures.bytes("tokens/\(row.file)")
    let token = try CompactSerialization(text.span)
    let segments = [token.header, token.payload, token.signature].map { Base64.url.text($0) }
    #expect(Array(segments.joined(separator: ".").utf8) == text)
  }

  @Test(
    "Every accepted token that is then changed anywhere is rejected",
    arguments: rows.filter { $0.lenient == "accepted" })
  func mutations(_ row: Row) throws {
    var generator = SeededGenerator(seed: 11)
    let text = try Fixtures.bytes("tokens/\(row.file)")
    for _ in 0..<40 {
      let changed = Mutation.mutate(text, using: &generator)
      if changed != text { #expect(try !row.report(isLenient: true) { $0 = changed }.isAccepted) }
    }
  }

  @Test(
    "Flipping any one bit of an accepted token makes it rejected",
    arguments: rows.filter { $0.file == "proof.jwt" || $0.file == "assertion.jwt" })
  func bitFlips(_ row: Row) throws {
    let count = try Fixtures.bytes("tokens/\(row.file)").count
    for index in 0..<count {
      for bit in 0..<8 {
        let report = try row.report(isLenient: true) { $0[index] ^= 1 << bit }
        #expect(!report.isAccepted, "bit \(bit) of byte \(index)")
      }
    }
  }
}
