import Keyroll

/// What signing and preparing have in common: which token is wanted, judged before any key or certificate is looked at.
struct TokenDrafting {
  let options: DraftOptions
  let profile: ProfileReference
  var claims = JSONObject()

  /// What the profile is asked for, `count` times in windows that follow each other, and the algorithm to use.
  ///
  /// Throws what is wrong with the claims, and `usage`.
  func requests(count: Int) throws -> (requests: [DraftRequest], algorithm: SignatureAlgorithm) {
    let (first, keyless) = try wanted()
    let length = first.lifetime ?? keyless.time.lifetime
    var requests = [first]
    for index in 1..<max(count, 1) {
      var next = first
      next.notBefore = (first.notBefore ?? first.time) + TimeSpan(seconds: length.seconds * Int64(index))
      requests.append(next)
    }
    for request in requests { try keyless.judgeClaims(request) }
    return (requests, options.algorithm ?? keyless.algorithms.preferred)
  }

  /// The same for one token.
  func request() throws -> (request: DraftRequest, algorithm: SignatureAlgorithm) {
    let (request, keyless) = try wanted()
    try keyless.judgeClaims(request)
    return (request, options.algorithm ?? keyless.algorithms.preferred)
  }

  private func wanted() throws -> (request: DraftRequest, keyless: Profile) {
    let keyless = try profile.profile(algorithm: options.algorithm, publicKey: nil)
    return (try options.request(for: keyless, claims: claims), keyless)
  }

  /// The profile once the key is known, which some issuers name in a claim.
  func profile(for publicKey: PublicKey) throws(ProfileError) -> Profile {
    try profile.profile(algorithm: options.algorithm, publicKey: publicKey)
  }
}
