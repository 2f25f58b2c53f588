import Encodings
import Entra
import Foundation
import Messages
import Tokens
import OpenSSLCrypto
import Signing
import SigningTesting
import TestSupport
import Testing

/// One fault, one token that has it, and the checks that must report it, and no others.
@Suite("Tokens that a verifier refuses or reports")
struct RefusedTokenTests {
  struct Row: Decodable, Sendable, CustomTestStringConvertible {
    let file: String
    let item: String
    let profile: String
    let certificate: String
    let parameters: [String: String]
    let at: Int64
    /// `check:reason` of every check that must fail, in order.
    let failures: [String]
    /// The same for every check that must warn.
    let warnings: [String]

    var testDescription: String { "\(item), \(file)" }

    func report() throws -> VerificationReport {
      let trusted = try Fixtures.bytes(certificate)
      let certificate = try #require(try CertificateFile.read(trusted.span).first)
      // A key that is not RSA has no verifier; the rules judge it before any signature.
      let verifier: any SignatureVerifier =
        (try? RSASignatureVerifier(certificate.publicKey)) ?? FakeVerifier(certificate.publicKey)
      let token = try Fixtures.bytes("refused-tokens/\(file)")
      return TokenVerifier(
        profile: try judge(), keys: [TrustedKey(verifier, certificate: certificate)],
        cryptography: OpenSSLCryptography()
      )
      .verify(token.span, at: NumericDate(seconds: at))
    }

    private func judge() throws -> Profile {
      func parameter(_ name: String) -> ExactText? { parameters[name].map(ExactText.init(_:)) }
      switch profile {
      case "graph-proof": return try .graphProof(objectID: parameter("object-id"))
      case "entra-assertion":
        return try .entraAssertion(tenant: parameter("tenant"), clientID: parameter("client-id"))
      default:
        let algorithm = try #require(SignatureAlgorithm(name: parameters["algorithm"] ?? ""))
        return .general(
          algorithms: AlgorithmPolicy(preferring: algorithm), issuer: parameter("issuer"),
          audience: parameter("audience"))
      }
    }
  }

  static let rows: [Row] = {
    do {
      return try JSONDecoder().decode([Row].self, from: Data(contentsOf: Fixtures.url("refused-tokens/manifest.json")))
    } catch {
      Issue.record("refused-tokens/manifest.json: \(error)")
      return []
    }
  }()

  @Test("A token is refused or reported for its one reason", arguments: rows)
  func reason(_ row: Row) throws {
    let report = try row.report()
    func found(_ checks: [Check]) -> [String] { checks.map { "\($0.id):\($0.finding?.reason ?? "")" } }
    #expect(found(report.failedChecks) == row.failures)
    #expect(found(report.warnings) == row.warnings)
    #expect(report.isAccepted == row.failures.isEmpty)
  }

  @Test("Every check that fails says what to do next", arguments: rows)
  func nextStep(_ row: Row) throws {
    for check in try row.report().failedChecks {
      let finding = try #require(check.finding)
      #expect(finding.hint != nil || finding.serviceAnswer != nil, "\(check.id): \(finding.message)")
    }
  }

  @Test(
    "Each of these reasons has a token that shows it",
    arguments: [
      "alg none", "alg unlisted", "alg not the key's", "HMAC keyed with a public key", "crit of any content",
      "b64 in the header", "zip in the header", "jku in the header", "jwk in the header", "x5u in the header",
      "duplicate names at any depth", "duplicate names after unescaping",
      "trailing bytes", "white space", "newline", "NUL",
      "2 segments", "4 segments", "5 segments", "empty segments", "JSON serialization",
      "unused bits", "padding", "standard alphabet",
      "numbers that are not whole seconds", "numbers out of range", "numbers with an exponent", "numbers as a string",
      "aud arrays with more than one value", "nbf after exp", "windows over the profile's",
      "x5t of another", "x5t#S256 of another", "kid of another", "x5c of another",
      "certificate expired", "certificate not yet valid at the token's window", "certificate under 2048 bits",
      "certificate not RSA", "exponent below 65537", "key usage without digitalSignature", "SHA-1 signed",
      "claims that a profile neither expects nor allows",
      "general rules accept an aud array that contains the expected value", "general rules accept fractional dates",
      "general rules accept no typ", "general rules accept unknown header names",
      "general rules accept claims that nobody named", "general rules accept no window",
    ])
  func item(_ item: String) { #expect(Self.rows.contains { $0.item == item }) }

  @Test(
    "An RSA exponent that is 1 or even proves nothing, so it makes no verifier and its check fails",
    arguments: [[1], [2], [1, 0, 0], [1, 0, 1, 0]] as [[UInt8]])
  func exponent(_ exponent: [UInt8]) throws {
    let trusted = try Fixtures.bytes("certificates/leaf.pem")
    let numbers = try #require(try CertificateFile.read(trusted.span).first?.publicKey.rsa)
    let key = try PublicKey(rsa: RSAPublicNumbers(modulus: numbers.modulus, exponent: exponent))
    do throws(KeyError) {
      _ = try RSASignatureVerifier(key)
      Issue.record("a verifier is made")
    } catch { #expect(error.code == .brokenRSAKey) }
    let token = try Fixtures.bytes("refused-tokens/general-claims.jwt")
    let report = TokenVerifier(
      profile: .general(algorithms: AlgorithmPolicy(preferring: .rs256)), keys: [TrustedKey(FakeVerifier(key))],
      cryptography: OpenSSLCryptography()
    )
    .verify(token.span, at: NumericDate(seconds: 1_700_000_300))
    #expect(report.failedChecks.first { $0.id == "key" }?.finding?.reason == "key-broken")
    #expect(!report.isAccepted)
  }
}
