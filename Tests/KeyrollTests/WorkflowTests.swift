import Keyroll
import TestSupport
import Testing

@Suite struct WorkflowTests {
  private static let now = NumericDate(seconds: 1_800_000_000)
  private static let objectID: ExactText = "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01"
  private let toolkit = Toolkit.openSSL()

  private func plan(_ choices: TokenChoices = TokenChoices(), windows: Int = 1) throws -> TokenPlan {
    var generator = SystemRandomNumberGenerator()
    return try TokenPlan(
      choices, by: .graphProof(objectID: Self.objectID), at: Self.now, windows: windows, using: &generator)
  }

  private func key() throws -> SigningKey {
    let certificate = Fixtures.path("certificates/leaf.pem")
    return SigningKey(
      try toolkit.keys.reference(Fixtures.path("keys/rsa-2048.pem")),
      certificates: try toolkit.certificates(from: certificate), from: certificate, secrets: NoSecrets())
  }

  private func verify(_ token: SignedToken, at time: NumericDate = now) throws -> Verification {
    var trust = Trust()
    for certificate in try toolkit.certificates(from: Fixtures.path("certificates/leaf.pem")) {
      trust.add(certificate, with: toolkit)
    }
    return trust.verify(
      token.bytes.span, by: try .graphProof(objectID: Self.objectID), at: time, with: toolkit)
  }

  @Test("a key that is opened once signs tokens for windows that follow each other")
  func windows() throws {
    let plan = try plan(windows: 3)
    let tokens = try plan.tokens(by: try plan.signer(of: try key(), with: toolkit), with: toolkit)
    #expect(tokens.map(\.window.start) == [0, 600, 1200].map { Self.now + TimeSpan(seconds: $0) })
    for (token, start) in zip(tokens, plan.starts) { #expect(try verify(token, at: start).isAccepted) }
  }

  @Test("claims that the profile refuses are refused before any key is named")
  func refusedClaims() {
    var choices = TokenChoices()
    choices.lifetime = .minutes(11)
    #expect { _ = try plan(choices) } throws: { ($0 as? TokenError)?.id == "window-too-long" }
  }

  @Test("a token that is prepared, reviewed, signed elsewhere and assembled is accepted")
  func detached() throws {
    let plan = try plan()
    let path = Fixtures.path("certificates/leaf.pem")
    let chain = try toolkit.chain(from: path, at: plan.start)
    let prepared = try plan.signingRequest(for: chain, from: path, with: toolkit).request
    let text = JSONWriter.indentedText(.object(prepared.json))
    try SigningRequest.requireReadable(text, with: toolkit)

    let carried = try SigningRequest(Array(text.utf8).span, cryptography: toolkit.cryptography)
    let review = try RequestReview(carried)
    #expect(!review.bringsOwnRules)
    try review.requireValues(["object-id": Self.objectID])
    #expect(throws: ProfileError.self) { try review.requireValues(["object-id": "another"]) }
    _ = try review.judge(at: Self.now, with: toolkit)
    let reference = try toolkit.keys.reference(Fixtures.path("keys/rsa-2048.pem"))
    let signer = try review.signer(
      of: reference, secrets: NoSecrets(), from: "the request", at: Self.now, with: toolkit)
    let signed = try review.token(by: signer, of: reference, from: "the request", at: Self.now, with: toolkit)

    let signature = signed.text.split(separator: ".").last.map { Array($0.utf8) } ?? []
    let assembled = try RequestReview(carried).token(with: signature.span, at: Self.now, with: toolkit)
    #expect(assembled.text == signed.text)
    #expect(try verify(assembled).isAccepted)
  }

  @Test("a request is not signed with another key than that of its certificate")
  func anotherKey() throws {
    let plan = try plan()
    let path = Fixtures.path("certificates/leaf.pem")
    let request = try plan.signingRequest(
      for: try toolkit.chain(from: path, at: plan.start), from: path, with: toolkit
    ).request
    let other = try toolkit.keys.reference(Fixtures.path("keys/rsa-2048-other.pem"))
    #expect {
      _ = try RequestReview(request).signer(
        of: other, secrets: NoSecrets(), from: "the request", at: Self.now, with: toolkit)
    } throws: {
      ($0 as? KeyError)?.code == .certificateMismatch
    }
  }
}
