import Encodings
import Tokens
import Signing
import SigningTesting
import Testing

@Suite("TokenVerifier with a diagnosis")
struct TokenDiagnosisTests {
  /// Finds the same fault in every signature, and counts how often it is asked.
  private struct Diagnosis {
    let code: SignatureFault.Code
    let calls = CallCount()

    var cryptography: FakeCryptography {
      FakeCryptography(fault: { [code, calls] signature, algorithm, message in
        calls.increment()
        return SignatureFault(
          code, "\(signature.count) bytes by \(algorithm.rawValue) over \(message.count)",
          hint: "sign \(code.rawValue)")
      })
    }
  }

  private static let keys = [1, 2].map { (number: UInt8) in
    let certificate = Certificate.fake(number, key: .fake(number))
    return TrustedKey(FakeVerifier(certificate.publicKey), certificate: certificate)
  }

  /// A token that names the key of a number, if it names one.
  private func token(by signer: UInt8, naming named: UInt8? = nil, claims: String = "{}") -> FakeToken {
    let hint = named.map { ",\"x5t\":\"\(Base64.url.text([UInt8](repeating: $0, count: 20)))\"" } ?? ""
    return FakeToken(
      header: "{\"alg\":\"RS256\"\(hint)}", claims: claims, signer: FakeSigner(publicKey: .fake(signer)))
  }

  @Test(
    "Every fault has its own reason, message and hint, except for those that an altered token has too",
    arguments: SignatureFault.Code.allCases)
  func faults(_ code: SignatureFault.Code) throws {
    let token = token(by: 3)
    let diagnosis = Diagnosis(code: code)
    let report = try token.report(keys: [Self.keys[0]], cryptography: diagnosis.cryptography)
    let check = try #require(report.failedChecks.first)
    #expect(report.failedChecks.count == 1 && check.id == "signature" && !report.isAccepted(.signature))
    #expect(diagnosis.calls.count == 1)
    if [.otherKey, .otherContent].contains(code) {
      #expect(check.finding?.reason == "bad-signature")
    } else {
      let segments = try token.bytes().split(separator: UInt8(ascii: ".")).map(\.count)
      let message = "\(segments[2] * 3 / 4) bytes by RS256 over \(segments[0] + 1 + segments[1])"
      #expect(
        check.finding == Check.Finding(reason: code.rawValue, message: message, hint: "sign \(code.rawValue)"))
    }
  }

  @Test(
    "The diagnosis is asked once, about the key that the token is judged by, and only if that key has not signed",
    arguments: [
      (1, nil, 1, [], 0), (3, nil, 1, ["signature:signature-with-newline"], 1),
      (3, 1, 1, ["signature:signature-with-newline"], 1), (1, 1, 2, [], 0),
      (3, 2, 2, ["signature:signature-with-newline"], 1), (2, 1, 2, ["signature:signed-by-another"], 0),
      (3, nil, 2, ["signature:no-key-verifies"], 0),
      (3, 9, 2, ["x5t:thumbprint-of-another", "signature:key-not-registered"], 0),
    ] as [(UInt8, UInt8?, Int, [String], Int)])
  func selection(signer: UInt8, named: UInt8?, keyCount: Int, failures: [String], calls: Int) throws {
    let diagnosis = Diagnosis(code: .newline)
    let report = try token(by: signer, naming: named)
      .report(keys: Array(Self.keys.prefix(keyCount)), cryptography: diagnosis.cryptography)
    #expect(report.failures == failures)
    #expect(diagnosis.calls.count == calls)
  }

  @Test("A signing input is diagnosed up to the limit, and not a byte beyond")
  func longTokens() throws {
    var token = token(by: 3)
    func signingInputByteCount() throws -> Int { try #require(token.bytes().lastIndex(of: UInt8(ascii: "."))) }
    token.claims += String(repeating: " ", count: Limits.diagnosedByteCount / 4 * 3 - 100)
    while try signingInputByteCount() < Limits.diagnosedByteCount { token.claims += " " }
    try #require(signingInputByteCount() == Limits.diagnosedByteCount)
    let diagnosis = Diagnosis(code: .newline)
    let short = try token.report(keys: [Self.keys[0]], cryptography: diagnosis.cryptography)
    #expect(short.failures == ["signature:signature-with-newline"])
    token.claims += " "
    try #require(signingInputByteCount() > Limits.diagnosedByteCount)
    let long = try token.report(keys: [Self.keys[0]], cryptography: diagnosis.cryptography)
    #expect(long.failures == ["signature:bad-signature"])
    #expect(diagnosis.calls.count == 1)
  }

  @Test("A missing signature, and a key that is not for the algorithm, are not diagnosed")
  func nothingToLookInto() throws {
    let diagnosis = Diagnosis(code: .wrongLength)
    let header = Base64.url.text(Array(#"{"alg":"RS256"}"#.utf8))
    let unsigned = Array("\(header).e30.".utf8)
    let key = Self.keys[0]
    let report = TokenVerifier(profile: .anyToken, keys: [key], cryptography: diagnosis.cryptography)
      .verify(unsigned.span, at: FakeToken.now)
    #expect(report.failures == ["signature-encoding:empty-segment"])
    let other = TrustedKey(key.verifier, algorithm: "PS256")
    #expect(try !token(by: 3).report(keys: [other], cryptography: diagnosis.cryptography).isAccepted)
    #expect(diagnosis.calls.count == 0)
  }
}
