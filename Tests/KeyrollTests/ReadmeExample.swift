import Keyroll

/// Signs a proof with the key and certificate of one PFX file, and judges it as a stranger would.
func signAndJudge(pfx path: String, objectID: ExactText, now: NumericDate, secrets: any SecretProvider) throws
  -> String
{
  let keys = KeyRegistry(PFXBackend())
  let request = KeyRequest(
    try keys.reference("pfx:\(path)"), algorithm: .rs256, at: now.seconds, secrets: secrets)
  let signer = try keys.signer(for: request)
  let cryptography = OpenSSLCryptography()

  let profile = try Profile.graphProof(objectID: objectID)
  let draft = try profile.draft(DraftRequest(time: now), for: signer)
  let token = try TokenAssembler(profile: profile, signer: signer, cryptography: cryptography)
    .assemble(draft, at: now)

  let trusted = TrustedKey(try cryptography.verifier(for: signer.publicKey), certificate: signer.certificates.first)
  let report = TokenVerifier(profile: profile, keys: [trusted], cryptography: cryptography)
    .verify(token.bytes.span, at: now)
  for check in report.warnings { print(check.id, check.finding?.message ?? "") }
  guard report.isAccepted else { return "" }
  return token.text
}
