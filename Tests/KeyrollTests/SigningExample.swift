import Keyroll

/// Signs a proof with the key and certificate of one PFX file, and judges it as a stranger would.
func signAndJudge(pfx path: String, objectID: ExactText, now: NumericDate, secrets: any SecretProvider) throws
  -> String
{
  let toolkit = Toolkit.openSSL()
  var choices = TokenChoices()
  choices.algorithm = .rs256
  var generator = SystemRandomNumberGenerator()
  let plan = try TokenPlan(choices, by: .graphProof(objectID: objectID), at: now, using: &generator)

  let key = SigningKey(try toolkit.keys.reference("pfx:\(path)"), secrets: secrets)
  let signer = try plan.signer(of: key, with: toolkit)
  signer.notes.forEach { print($0) }
  let tokens = try plan.tokens(by: signer, with: toolkit)

  var trust = Trust()
  if let certificate = signer.certificates.first { trust.add(certificate, with: toolkit) }
  for token in tokens {
    let verification = trust.verify(
      token.bytes.span, by: try .graphProof(objectID: objectID), at: now, with: toolkit)
    for check in verification.report.warnings { print(check.id, check.finding?.message ?? "") }
    if !verification.isAccepted { return "" }
  }
  return tokens.first?.text ?? ""
}
