import Encodings
import Entra
import Tokens
import OpenSSLCrypto
import Signing
import TestSupport

/// The fixed profiles, ids and certificate that tokens are judged by; they fit the tokens of the fixtures.
struct Judges: Sendable {
  static let objectID: ExactText = "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01"
  static let clientID: ExactText = "2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02"
  static let tenant: ExactText = "5d9c1b7e-3f2a-4e6b-9c8d-1a2b3c4d5e03"
  static let now = NumericDate(seconds: 1_700_000_300)

  let certificate: Certificate
  let graphProof: Profile
  let entraAssertion: Profile
  let general: Profile

  init() throws {
    let file = try Fixtures.bytes("certificates/leaf.pem")
    certificate = try require(try CertificateFile.read(file.span).first, "leaf.pem holds a certificate")
    graphProof = try .graphProof(objectID: Self.objectID, clientID: Self.clientID)
    entraAssertion = try .entraAssertion(tenant: Self.tenant, clientID: Self.clientID)
    let algorithms = try require(AlgorithmPolicy(SignatureAlgorithm.allCases), "there are algorithms")
    general = .general(algorithms: algorithms, leeway: .seconds(60))
  }

  /// Judges a text by all profiles; throws `BrokenProperty` when a report is unsound, or a token is accepted under
  /// strict rules and not under lenient ones.
  func reports(on text: [UInt8], keys: [TrustedKey]) throws -> Reports {
    func report(_ profile: Profile, isLenient: Bool = false) throws -> VerificationReport {
      let verifier = TokenVerifier(
        profile: profile, keys: keys, cryptography: OpenSSLCryptography(), isLenient: isLenient)
      let report = verifier.verify(text.span, at: Self.now)
      try report.requireSound()
      return report
    }
    let reports = Reports(
      graphProof: try report(graphProof), entraAssertion: try report(entraAssertion),
      lenientAssertion: try report(entraAssertion, isLenient: true), general: try report(general))
    try require(
      !reports.entraAssertion.isAccepted || reports.lenientAssertion.isAccepted,
      "lenient rules accept what strict ones accept")
    try require(
      reports.graphProof.isAccepted == report(graphProof, isLenient: true).isAccepted, "a proof has no lenient rules")
    return reports
  }

  struct Reports {
    let graphProof: VerificationReport
    let entraAssertion: VerificationReport
    let lenientAssertion: VerificationReport
    let general: VerificationReport

    var all: [VerificationReport] { [graphProof, entraAssertion, lenientAssertion, general] }
  }
}
