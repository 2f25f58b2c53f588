public import Signing

extension SigningRequest {
  /// Makes the token with a signature from elsewhere: judged, assembled and verified as if it had been signed here.
  ///
  /// `otherCertificates` are those of keys that may have made the signature by mistake, to be named. Throws what
  /// `Cryptography.fault` says of a signature that is not the one asked for, before it looks at the window, so that the next try
  /// is made the right way; then what `judge` and `TokenAssembler` throw.
  public func assemble(
    _ signature: [UInt8], by profile: Profile, at time: NumericDate, cryptography: any Cryptography,
    otherCertificates: [Certificate] = []
  ) throws(TokenError) -> SignedToken {
    guard let publicKey else {
      throw TokenError(id: "key-mismatch", "the signing request names no key")
    }
    let signer = SignatureMadeElsewhere(request: self, bytes: signature, publicKey: publicKey)
    let assembler = try TokenAssembler(profile: profile, signer: signer, cryptography: cryptography)
    let verifier: any SignatureVerifier
    do throws(KeyError) { verifier = try cryptography.verifier(for: publicKey) } catch { throw TokenError(error) }
    guard verifier.isValid(signature.span, by: algorithm, for: signingInput.span) else {
      throw TokenError(
        cryptography.fault(
          in: signature.span, by: algorithm, for: signingInput.span, under: publicKey, among: otherCertificates))
    }
    _ = try judge(
      by: profile, at: time, cryptography: cryptography, refusing: "the token was not assembled")
    return try assembler.assemble(draft, at: time)
  }
}
