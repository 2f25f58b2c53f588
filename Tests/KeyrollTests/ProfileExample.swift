import Keyroll

/// The tokens that an issuer wants, as data.
let buildServerProfile = """
  {
    "keyroll-profile": 1,
    "id": "build-server",
    "title": "Build server",
    "algorithms": ["PS256"],
    "typ": "JWT",
    "key-hints": ["kid"],
    "required-key-hints": ["kid"],
    "key-id": {"of": "jwk", "hash": "SHA-256", "encoding": "base64url"},
    "parameters": {"account": {"about": "the account's name", "form": "text"}},
    "claims": {
      "iss": "{account}",
      "aud": "https://build.example/token",
      "jti": {"generated": true}
    },
    "time": {"iat": "required", "exp": "required", "lifetime": "60s", "maximum": "5m", "measured-from": "iat"},
    "other-claims": "refused"
  }
  """

/// Signs a token by the profile, and judges it by the same profile.
func signByProfile(
  account: ExactText, with key: String, now: NumericDate, secrets: any SecretProvider
) throws -> VerificationReport {
  let toolkit = Toolkit.openSSL()
  let document = try ProfileDocument(Array(buildServerProfile.utf8).span)
  var generator = SystemRandomNumberGenerator()
  let plan = try TokenPlan(
    TokenChoices(), by: ProfileReference(document, parameters: ["account": account]), at: now, using: &generator)
  let signer = try plan.signer(of: SigningKey(try toolkit.keys.reference(key), secrets: secrets), with: toolkit)
  let token = try plan.tokens(by: signer, with: toolkit)[0]

  var trust = Trust()
  trust.add([TrustedKey(try toolkit.cryptography.verifier(for: signer.publicKey), certificate: nil)])
  let profile = try document.profile(
    parameters: ["account": account], publicKey: signer.publicKey, isSigning: false)
  let bytes = token.bytes
  return trust.verify(bytes.span, by: profile, at: now, with: toolkit).report
}
