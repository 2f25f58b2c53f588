public import Signing

extension SigningRequest {
  /// Makes the token with a signature from elsewhere: judged, assembled and verified as if it had been signed here.
  ///
  /// `otherCertificates` are those of keys that may have made the signature by mistake, to be named. Throws what
  /// `diagnosis` says of a signature that is not the one asked for, before it looks at the window, so that the next try
  /// is made the right way; then what `judge` and `TokenAssembler` throw.
  public func assemble(
    _ signature: [UInt8], by profile: Profile, at time: NumericDate, verifier: any SignatureVerifier,
    diagnosis: any SignatureDiagnosis, certificateReader: (any CertificateReader)? = nil,
    otherCertificates: [Certificate] = []
  ) throws(TokenError) -> SignedToken {
    let publicKey = verifier.publicKey
    let signer = SignatureMadeElsewhere(request: self, bytes: signature, publicKey: publicKey)
    let assembler = try TokenAssembler(
      profile: profile, signer: signer, verifier: verifier, certificateReader: certificateReader)
    guard publicKey == draft.publicKey else {
      throw TokenError(
        id: "key-mismatch", "the signature verifier holds another key than the signing request's certificate")
    }
    guard verifier.isValid(signature.span, by: algorithm, for: signingInput.span) else {
      throw TokenError(
        diagnosis.fault(
          in: signature.span, by: algorithm, for: signingInput.span, under: publicKey, among: otherCertificates))
    }
    _ = try judge(
      by: profile, at: time, certificateReader: certificateReader, refusing: "the token was not assembled")
    return try assembler.assemble(draft, at: time)
  }
}
