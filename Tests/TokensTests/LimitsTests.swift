import Encodings
import JSON
import Tokens
import Signing
import SigningTesting
import Testing

/// Every limit through the verifier, at the limit and one beyond it.
@Suite("Limits")
struct LimitsTests {
  private static let leaf = Certificate.fake(1, subject: [1], issuer: [1])

  private func failures(header: String, claims: String = "{}", members: String = "") throws -> [String] {
    try FakeToken(header: "{\"alg\":\"RS256\"\(members)}", claims: claims)
      .report(
        keys: [TrustedKey(FakeVerifier(), certificate: Self.leaf)],
        cryptography: FakeCryptography(certificates: [Self.leaf])
      )
      .failures
  }

  private func failures(claims: String) throws -> [String] { try failures(header: "", claims: claims) }
  private func failures(members: String) throws -> [String] { try failures(header: "", members: members) }

  @Test("A token of the greatest length is accepted, and one that is a byte longer is not read")
  func byteCount() throws {
    var token = FakeToken()
    let alone = try token.bytes().count
    // Four characters for three bytes, so that the length of the claims is exact to the byte.
    token.claims = "{\"a\":\"" + String(repeating: "a", count: (Limits.byteCount - alone) / 4 * 3) + "\"}"
    while try token.bytes().count < Limits.byteCount { token.claims += " " }
    try #require(token.bytes().count == Limits.byteCount)
    #expect(try token.report().isAccepted)

    token.claims += " "
    try #require(token.bytes().count > Limits.byteCount)
    #expect(try token.report().failures == ["serialization:token-too-large"])
    let longest = try FakeToken(claims: token.claims).bytes().prefix(Limits.byteCount + 1)
    let report = TokenVerifier(profile: .anyToken, keys: [TrustedKey(FakeVerifier())], cryptography: FakeCryptography())
      .verify(Array(longest).span, at: FakeToken.now)
    #expect(report.failures == ["serialization:token-too-large"])
  }

  @Test("Header and claims are read to the deepest level, and no deeper")
  func depth() throws {
    func nested(_ depth: Int) -> String {
      // The object around it is the first level.
      String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1)
    }
    #expect(try failures(members: ",\"a\":\(nested(Limits.depth))").isEmpty)
    #expect(try failures(members: ",\"a\":\(nested(Limits.depth + 1))") == ["header-json:json-too-deep"])
    #expect(try failures(claims: "{\"a\":\(nested(Limits.depth))}").isEmpty)
    #expect(try failures(claims: "{\"a\":\(nested(Limits.depth + 1))}") == ["claims-json:json-too-deep"])
  }

  @Test("The members and elements of header and claims have an exact limit")
  func elementCount() throws {
    func members(_ count: Int) -> String { (0..<count).map { ",\"\($0)\":0" }.joined() }
    #expect(try failures(members: members(Limits.headerElementCount - 1)).isEmpty)
    #expect(try failures(members: members(Limits.headerElementCount)) == ["header-json:json-too-many-elements"])
    func list(_ count: Int) -> String { "{\"a\":[" + repeatElement("0", count: count).joined(separator: ",") + "]}" }
    #expect(try failures(claims: list(Limits.elementCount - 1)).isEmpty)
    #expect(try failures(claims: list(Limits.elementCount)) == ["claims-json:json-too-many-elements"])
  }

  @Test("A token has exactly three segments")
  func segmentCount() throws {
    let token = try FakeToken().bytes()
    let segments = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    #expect(segments.count == Limits.segmentCount)
    for changed in [Array(segments.dropLast()), segments + [[]]] {
      let text = Array(changed.joined(separator: [UInt8(ascii: ".")]))
      let report = TokenVerifier(
        profile: .anyToken, keys: [TrustedKey(FakeVerifier())], cryptography: FakeCryptography()
      )
      .verify(text.span, at: FakeToken.now)
      #expect(report.failures == ["serialization:token-segment-count"])
    }
  }

  @Test("The certificates in x5c have an exact limit")
  func certificateCount() throws {
    let element = "\"\(Base64.standard.text(Self.leaf.der))\""
    func chain(_ count: Int) -> String {
      ",\"x5c\":[" + repeatElement(element, count: count).joined(separator: ",") + "]"
    }
    // Issued by itself, it may follow itself.
    #expect(try failures(members: chain(Limits.certificateCount)).isEmpty)
    #expect(try failures(members: chain(Limits.certificateCount + 1)) == ["x5c:x5c-malformed"])
  }

  // MARK: Work

  @Test("Each key is asked for a signature at most twice, whatever the header names", arguments: [1, 2, 50, 500])
  func signatures(keyCount: Int) throws {
    let calls = CallCount()
    let keys = (0..<keyCount).map { _ in TrustedKey(CountingVerifier(calls: calls)) }
    for members in ["", ",\"kid\":\"none\""] {
      let before = calls.count
      let report = try FakeToken(header: "{\"alg\":\"RS256\"\(members)}", signer: FakeSigner(publicKey: .fake(9)))
        .report(keys: keys)
      #expect(!report.isAccepted)
      #expect(calls.count - before <= keyCount * 2)
      #expect(calls.count - before >= keyCount)
    }
  }

  @Test(
    "Each certificate of x5c is read at most twice, even if none of them is the right one",
    arguments: [1, 2, Limits.certificateCount])
  func certificates(count: Int) throws {
    let calls = CallCount()
    let other = Certificate.fake(2, key: .fake(2), subject: [1], issuer: [1])
    for (certificate, isRight) in [(Self.leaf, true), (other, false)] {
      let before = calls.count
      let chain = repeatElement("\"\(Base64.standard.text(certificate.der))\"", count: count).joined(separator: ",")
      let report = try FakeToken(header: "{\"alg\":\"RS256\",\"x5c\":[\(chain)]}").report(
        keys: [TrustedKey(FakeVerifier())],
        cryptography: FakeCryptography(certificates: [certificate], reading: { calls.increment() }))
      #expect(report.isAccepted == isRight)
      #expect(calls.count - before <= count * 2)
      #expect(calls.count > before)
    }
  }

  @Test("A report is at most a few times as long as the token, wherever the bytes of the token are")
  func reportSize() throws {
    let long = String(repeating: "a", count: 40_000)
    let manyNames = (0..<900).map { ",\"\($0)\(String(repeating: "n", count: 30))\":0" }.joined()
    var profile = Profile.anyToken
    profile.otherClaims = .reported
    for (members, claims) in [
      (",\"kid\":\"\(long)\"", "{}"), (",\"\(long)\":0", "{}"), (",\"x5t\":\"\(long)\"", "{}"),
      (",\"typ\":\"\(long)\"", "{}"), (manyNames, "{\"exp\":0\(manyNames)}"), ("", "{\"\(long)\":0}"),
      ("", "{\"aud\":\"\(long)\",\"exp\":0}"), ("", "{\"exp\":\"\(long)\"}"),
      ("", "{\"exp\":1\(String(repeating: "0", count: 40_000))}"),
    ] {
      let token = FakeToken(header: "{\"alg\":\"RS256\"\(members)}", claims: claims)
      let report = try token.report(profile)
      #expect(try JSONWriter.bytes(report.json).count < 8_192 + 4 * token.bytes().count)
      #expect(report.checks.allSatisfy { ($0.finding?.message.utf8.count ?? 0) < 1_000 })
    }
  }
}
