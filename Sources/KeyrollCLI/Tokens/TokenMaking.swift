import Keyroll

/// Makes tokens with one opening of the key for all of them.
struct TokenMaking {
  /// The key, and what it is opened with.
  let key: KeyReference
  let access: KeyAccess
  /// The file of its certificate, where that is not beside the key.
  let certificate: String?
  let profile: ProfileReference
  /// The algorithm that the user named.
  let asked: SignatureAlgorithm?
  /// What the service would answer to tokens of a key that is refused here.
  let answerToKey: (KeyError.Code) -> String?

  /// Signs nothing unless every draft is accepted, and warns of what the verifier warned of.
  ///
  /// The certificate is that of the key, or nil for a bare one.
  func tokens(
    for requests: [DraftRequest], _ algorithm: SignatureAlgorithm
  ) throws -> (tokens: [SignedToken], certificate: Certificate?) {
    let given = try certificate.map(CertificateFiles.certificates(in:)) ?? []
    let device = access.device.device()
    let usual = (try? profile.profile(algorithm: asked, publicKey: nil))?.hints ?? []
    let opening = KeyOpening(
      key: key, access: access, certificates: given, certificateSource: certificate,
      time: requests.first.map { $0.notBefore ?? $0.time } ?? .earliest,
      needsChain: requests.contains { ($0.hints ?? usual).contains(.x5c) }, answerToKey: answerToKey)
    let signer = try opening.signer(for: algorithm, on: device.backend)
    let profile = try profile.profile(algorithm: asked, publicKey: signer.publicKey)
    let assembler = try TokenAssembler(
      profile: profile, signer: signer, cryptography: OpenSSLCryptography())
    let drafts = try requests.map { (try profile.draft($0, for: signer), $0.time) }
    for (draft, time) in drafts { try assembler.judge(draft, at: time) }
    let tokens = try drafts.map { try assembler.assemble($0, at: $1) }
    Diagnostics.warn(of: tokens.flatMap(\.report.warnings))
    return (tokens, signer.certificates.first)
  }
}
