import JOSE
import JSONWebToken
import Signing
import SigningTesting
import Testing

@Suite struct SignatureFailureTests {
  /// Signed over what stands in the token and something behind it.
  private func failures(signing tail: String, claims: String = #"{"exp":1700000600}"#) throws -> [String] {
    let token = FakeToken(claims: claims)
    let input = Array([token.header, claims].map { Base64.url.text(Array($0.utf8)) }.joined(separator: ".").utf8)
    let signed = input + Array(tail.utf8)
    let signature = try token.signer.sign(signed.span)
    let text = input + Array(".\(Base64.url.text(signature.bytes))".utf8)
    let key = TrustedKey(FakeVerifier(token.signer.publicKey), certificate: token.signer.certificates.first)
    return TokenVerifier(profile: .anyToken, keys: [key]).verify(text.span, at: FakeToken.now).failures
  }

  @Test(
    "A line break that was signed along is named, and nothing else is taken for one",
    arguments: [
      ("", nil), ("\n", "signature:signature-over-line-break"), ("\r\n", "signature:signature-over-line-break"),
      ("\n\n", "signature:bad-signature"), (" ", "signature:bad-signature"), ("\r", "signature:bad-signature"),
    ] as [(String, String?)])
  func lineBreaks(_ tail: String, _ failure: String?) throws {
    #expect(try failures(signing: tail) == (failure.map { [$0] } ?? []))
  }

  @Test(
    "What is longer than any token of a profile is not looked into",
    arguments: [(6000, "signature:signature-over-line-break"), (7000, "signature:bad-signature")])
  func longTokens(_ count: Int, _ failure: String) throws {
    let claims = #"{"exp":1700000600,"a":""# + String(repeating: "a", count: count) + #""}"#
    #expect(try failures(signing: "\n", claims: claims) == [failure])
  }
}
