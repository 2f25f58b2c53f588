import Encodings
import JSON
public import Signing

/// Makes tokens with one key: judges the draft, has it signed, and hands out only what passes the verifier.
public struct TokenAssembler: Sendable {
  private let profile: Profile
  private let signer: any Signer
  private let tokenVerifier: TokenVerifier
  private let cryptography: any Cryptography

  /// Throws what making a verifier for the signer's key throws, such as `key-not-rsa`.
  public init(profile: Profile, signer: any Signer, cryptography: any Cryptography) throws(TokenError) {
    let verifier: any SignatureVerifier
    do throws(KeyError) { verifier = try cryptography.verifier(for: signer.publicKey) } catch {
      throw TokenError(error)
    }
    self.profile = profile
    self.signer = signer
    self.cryptography = cryptography
    tokenVerifier = TokenVerifier(
      profile: profile, keys: [TrustedKey(verifier, certificate: signer.certificates.first)],
      cryptography: cryptography)
  }

  /// Signs a draft; a draft that the profile refuses, or that was made for another key, never reaches the key.
  ///
  /// `time` is when the draft is made; the finished token is verified for that time, or for its `nbf` when that is later.
  public func assemble(_ draft: TokenDraft, at time: NumericDate) throws(TokenError) -> SignedToken {
    try judge(draft, at: time)
    let start = draft.start(notBefore: time)
    var text = try draft.signingInput()
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

  /// Throws what `assemble` throws for a draft that it would not sign, and uses no key.
  public func judge(_ draft: TokenDraft, at time: NumericDate) throws(TokenError) {
    try requireOwn(draft)
    let checks = profile.check(draft, at: draft.start(notBefore: time), cryptography: cryptography)
    try TokenError.throwIfRefused(checks)
  }

  /// The rules judge a draft by the key it names, so it must name the one that signs.
  private func requireOwn(_ draft: TokenDraft) throws(TokenError) {
    guard draft.publicKey == signer.publicKey, draft.certificate == signer.certificates.first,
      draft.header["alg"] == .string(ExactText(signer.algorithm.rawValue))
    else {
      throw TokenError(
        id: "key-mismatch", "the draft was made for another key, certificate or algorithm than the signer has",
        hint: "make the draft for the signer that signs it")
    }
  }
}
