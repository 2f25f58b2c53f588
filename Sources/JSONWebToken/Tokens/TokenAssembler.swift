import JOSE
public import Signing

/// Makes tokens with one key: judges the draft, has it signed, and hands out only what passes the verifier.
public struct TokenAssembler: Sendable {
  private let profile: Profile
  private let signer: any Signer
  private let tokenVerifier: TokenVerifier
  private let certificateReader: (any CertificateReader)?

  /// The verifier must hold the signer's public key, else `key-mismatch`.
  public init(
    profile: Profile, signer: any Signer, verifier: any SignatureVerifier, certificateReader: (any CertificateReader)? = nil
  ) throws(TokenError) {
    guard verifier.publicKey == signer.publicKey else {
      throw TokenError(id: "key-mismatch", "the signature verifier holds another key than the signer")
    }
    self.profile = profile
    self.signer = signer
    self.certificateReader = certificateReader
    tokenVerifier = TokenVerifier(
      profile: profile, keys: [TrustedKey(verifier, certificate: signer.certificates.first)], certificateReader: certificateReader)
  }

  /// Signs a draft; a draft that the profile refuses never reaches the key.
  ///
  /// `time` is when the draft is made; the finished token is verified for that time, or for its `nbf` when that is later.
  public func assemble(_ draft: TokenDraft, at time: NumericDate) throws(TokenError) -> SignedToken {
    let start = draft.start(notBefore: time)
    try TokenError.throwIfRefused(profile.check(draft, at: start, certificateReader: certificateReader))

    var text: [UInt8] = []
    text.reserveCapacity(2048)
    Base64.url.append(JSONWriter.bytes(draft.header).span, to: &text)
    text.append(UInt8(ascii: "."))
    Base64.url.append(JSONWriter.bytes(draft.claims).span, to: &text)
    let signature: Signature
    do throws(SigningError) { signature = try signer.sign(text.span) } catch { throw TokenError(error) }
    text.append(UInt8(ascii: "."))
    Base64.url.append(signature.bytes.span, to: &text)

    let report = tokenVerifier.verify(text.span, at: start)
    guard report.isAccepted else {
      throw TokenError("the signed token did not pass the verifier and was discarded", report.failedChecks)
    }
    return SignedToken(bytes: text, report: report)
  }
}
