import Keyroll

/// Opens the key that a signing request is for, and signs.
struct RequestSigning {
  let request: SigningRequest
  let profile: Profile
  /// Where the request came from.
  let source: String
  let key: KeyReference
  let access: KeyAccess

  /// The clock is asked when all is ready to be signed: a person may have been waited for.
  ///
  /// Throws `certificate-not-of-key` where certificates come with the key and the request's is none of them,
  /// `certificate-mismatch` for the key of another certificate, and what opening the key and assembling the token throw.
  func token(at clock: ClockOptions) throws -> SignedToken {
    var opening = KeyOpening(
      key: key, access: access, certificates: request.certificates, certificateSource: source,
      time: try request.window.start ?? clock.now())
    opening.requiresOwnCertificate = true
    let signer = try opening.signer(for: request.algorithm, on: access.device.device().backend)
    guard signer.publicKey == request.publicKey else {
      throw KeyError(
        .certificateMismatch,
        "no certificate in \(naming: source) belongs to the private key at \(naming: KeySchemes.text(of: key))",
        hint: "sign with the key that the request was prepared for")
    }
    let assembler = try TokenAssembler(
      profile: profile, signer: signer, cryptography: OpenSSLCryptography())
    return try assembler.assemble(request.draft, at: try clock.now())
  }
}
