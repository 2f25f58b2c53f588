import JOSE
import JSONWebToken
import Signing
import SigningTesting
import TestSupport
import Testing

/// A short walk with fixed seeds; libFuzzer goes further.
@Suite("Spoiled input")
struct FuzzTests {
  private static let claims =
    #"{"iss":"me","sub":"me","aud":["me","you"],"jti":"a","nbf":1700000000,"iat":1700000000,"exp":1700000600,"a":{"b":[1,true,null,"\u00e9"]}}"#
  private static let certificate = Certificate.fake()
  private static let reader = FakeCertificateReader(certificates: [certificate])
  private static let header =
    #"{"alg":"RS256","typ":"JWT","x5t":"\#(Thumbprint.sha1.text(of: certificate))","kid":"a","x5c":["\#(Base64.standard.text(certificate.der))"]}"#
  private static let signer = FakeSigner(certificates: [certificate])

  /// What must hold of every report, whatever was judged.
  private func expectSound(_ report: VerificationReport) {
    #expect(report.isAccepted == (report.verifiedToken != nil))
    #expect(!report.isAccepted || report.failedChecks.isEmpty)
    #expect(Set(report.checks.map(\.id)).count == report.checks.count)
    for check in report.failedChecks {
      #expect(
        check.finding?.hint != nil || check.finding?.serviceAnswer != nil, "\(check.id):\(check.finding?.reason ?? "")")
    }
    #expect(throws: Never.self) { try JSONReader.object(JSONWriter.bytes(report.json).span) }
  }

  private func verify(_ text: [UInt8], isLenient: Bool = false) -> VerificationReport {
    let keys = [
      TrustedKey(FakeVerifier(), certificate: Self.certificate), TrustedKey(FakeVerifier(.fake(2)), keyID: "a"),
    ]
    return TokenVerifier(profile: .anyToken, keys: keys, certificateReader: Self.reader, isLenient: isLenient).verify(
      text.span, at: FakeToken.now)
  }

  @Test("A spoiled token is rejected, with a reason and a next step", arguments: 1...4 as ClosedRange<UInt64>)
  func tokens(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let token = try FakeToken(header: Self.header, claims: Self.claims, signer: Self.signer).bytes()
    #expect(verify(token).isAccepted)
    for _ in 0..<300 {
      let spoiled = Mutation.mutate(token, using: &generator)
      for isLenient in [false, true] where spoiled != token {
        let report = verify(spoiled, isLenient: isLenient)
        #expect(!report.isAccepted)
        expectSound(report)
      }
    }
  }

  @Test(
    "A spoiled header or payload that is signed all the same is judged without a trap",
    arguments: 1...4 as ClosedRange<UInt64>)
  func signed(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      var text: [UInt8] = []
      Base64.url.append(Mutation.mutate(Array(Self.header.utf8), using: &generator).span, to: &text)
      text.append(UInt8(ascii: "."))
      Base64.url.append(Mutation.mutate(Array(Self.claims.utf8), using: &generator).span, to: &text)
      let signature = try Self.signer.sign(text.span)
      text.append(UInt8(ascii: "."))
      Base64.url.append(signature.bytes.span, to: &text)
      let report = verify(text)
      expectSound(report)
      guard let token = report.verifiedToken else { continue }
      // What was accepted is the one spelling of its segments.
      let parsed = try CompactSerialization(text.span)
      let segments = [parsed.header, parsed.payload, parsed.signature].map { Base64.url.text($0) }
      #expect(Array(segments.joined(separator: ".").utf8) == text)
      #expect(try JSONReader.object(parsed.payload.span) == token.claims)
    }
  }

  @Test(
    "A spoiled profile document is refused, or makes a profile that judges without a trap",
    arguments: BuiltInProfiles.names)
  func documents(_ name: String) throws {
    var generator = SeededGenerator(seed: 7)
    let text = JSONWriter.bytes(try BuiltInProfiles.document(named: name).json)
    for _ in 0..<300 {
      let spoiled = Mutation.mutate(text, using: &generator)
      guard let document = try? ProfileDocument(spoiled.span) else { continue }
      for isSigning in [false, true] {
        guard let profile = try? document.profile(parameters: [:], publicKey: .fake(), isSigning: isSigning) else {
          continue
        }
        expectSound(try FakeToken(header: Self.header, claims: Self.claims).report(profile))
        _ = try? profile.draft(DraftRequest(time: FakeToken.now), for: Self.signer)
        try? profile.judgeClaims(DraftRequest(time: FakeToken.now))
      }
    }
  }

  @Test("Bytes that mean nothing are refused in every parser", arguments: 1...2 as ClosedRange<UInt64>)
  func noise(_ seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      let bytes = (0..<Int.random(in: 0...200, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      expectSound(verify(bytes))
      #expect((try? ProfileDocument(bytes.span)) == nil)
      #expect((try? JSONWebKey.keys(bytes.span)) == nil)
    }
  }
}
