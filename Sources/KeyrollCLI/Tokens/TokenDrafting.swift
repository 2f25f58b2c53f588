import Keyroll

/// What signing and preparing have in common: which token is wanted, judged before any key or certificate is looked at.
struct TokenDrafting {
  let options: DraftOptions
  let profile: ProfileReference
  var claims = JSONObject()

  /// What the profile is asked for, `count` times in windows that follow each other, and the algorithm to use.
  ///
  /// Throws what is wrong with the claims, and `usage`.
  func requests(count: Int = 1) throws -> (requests: [DraftRequest], algorithm: SignatureAlgorithm) {
    let keyless = try profile.profile(algorithm: options.algorithm, publicKey: nil)
    let first = try options.request(for: keyless, claims: claims)
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

  /// The profile once the key is known, which some issuers name in a claim.
  func profile(for publicKey: PublicKey) throws(ProfileError) -> Profile {
    try profile.profile(algorithm: options.algorithm, publicKey: publicKey)
  }
}
