import Encodings
import JSON
import Tokens
import OpenSSLCrypto
import Signing
import SigningTesting
import TestSupport
import Testing

/// Requests that are signed elsewhere, here by the same library under another name, and become tokens.
@Suite("SigningRequest, assembled")
struct SigningRequestAssemblyTests {
  private func signature(_ request: SigningRequest, key: String = "rsa-2048") throws -> [UInt8] {
    let registry = KeyRegistry(PEMBackend())
    let signer = try registry.signer(
      for: KeyRequest(
        try registry.reference("pem:\(Fixtures.path("keys/\(key).pem"))"), algorithm: request.algorithm, at: 0,
        secrets: NoSecrets()))
    return try signer.sign(request.signingInput.span).bytes
  }

  private func assemble(
    _ request: SigningRequest, _ profile: Profile, _ signature: [UInt8],
    at time: NumericDate = SigningRequestTests.now
  ) throws -> SignedToken {
    try request.assemble(signature, by: profile, at: time, cryptography: OpenSSLCryptography())
  }

  private func refusal(
    _ request: SigningRequest, _ profile: Profile, _ signature: [UInt8],
    at time: NumericDate = SigningRequestTests.now
  ) throws -> TokenError? {
    do { _ = try assemble(request, profile, signature, at: time) } catch let error as TokenError { return error }
    return nil
  }

  @Test("the right signature makes the token, which any verifier accepts", arguments: SignatureAlgorithm.allCases)
  func assembled(_ algorithm: SignatureAlgorithm) throws {
    let (request, profile) = try SigningRequestTests.request(algorithm)
    let token = try assemble(request, profile, try signature(request))
    #expect(token.bytes.starts(with: request.signingInput))
    #expect(token.report.isAccepted)
    #expect(token.report.verifiedToken?.claims == request.claims)
    #expect(token.window == request.window)
  }

  @Test("a wrong signature is reported before a window that is over")
  func order() throws {
    let (request, profile) = try SigningRequestTests.request()
    let late = SigningRequestTests.now + .minutes(20)
    let other = try signature(request, key: "rsa-2048-other")
    #expect(try refusal(request, profile, other, at: late)?.id == "signature-of-another-key")
    let error = try refusal(request, profile, try signature(request), at: late)
    #expect(error?.id == "expired")
    #expect(error?.message.hasPrefix("the token was not assembled: ") == true)
  }

  @Test("the digest in place of its signature is named")
  func digest() throws {
    let (request, profile) = try SigningRequestTests.request()
    let error = try refusal(request, profile, request.digest)
    #expect(error?.id == "signature-wrong-length")
    #expect(error?.message.contains("they are the digest that was to be signed") == true)
  }

  @Test("a token that the profile refuses is not assembled, even if the signature is good")
  func refused() throws {
    let (request, profile) = try SigningRequestTests.request()
    var strict = profile
    strict.otherClaims = .refused
    #expect(try refusal(request, strict, try signature(request))?.id == "claim-unexpected")
  }

  @Test("a request is judged once, and its token once")
  func judgements() throws {
    let (request, profile) = try SigningRequestTests.request()
    let judgements = CallCount()
    var counted = profile
    counted.furtherRules = { _ in [CountingRule(calls: judgements)] }
    _ = try assemble(request, counted, try signature(request))
    #expect(judgements.count == 2)
  }

  @Test("a request has every form, and a DigestInfo only for PKCS #1", arguments: SignatureAlgorithm.allCases)
  func forms(_ algorithm: SignatureAlgorithm) throws {
    let request = try SigningRequestTests.request(algorithm).request
    let digest = try Digest.hash(request.signingInput.span, with: algorithm.digest)
    #expect(try request.bytes(as: .input) == request.signingInput)
    #expect(try request.bytes(as: .digest) == digest)
    let hex = try #require(String(validating: try request.bytes(as: .digestHex), as: UTF8.self))
    #expect(Hexadecimal.decode(ExactText(String(hex.dropLast()))) == digest)
    let body = try request.bytes(as: .keyVault)
    let vault = try JSONReader.object(body.span)
    #expect(
      vault == ["alg": .string(ExactText(algorithm.rawValue)), "value": .string(ExactText(Base64.url.text(digest)))])
    if algorithm.padding == .pkcs1 {
      #expect(try request.bytes(as: .digestInfo).suffix(digest.count) == digest[...])
    } else {
      #expect(throws: SigningRequestError.self) { try request.bytes(as: .digestInfo) }
    }
  }
}
