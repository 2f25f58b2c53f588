public import Encodings

extension Profile {
  /// What RFC 7515, RFC 7519 and RFC 8725 ask of any token, for verifying one that no profile describes.
  ///
  /// The allow list of algorithms must be chosen; what is nil is not compared. A name in `required` is a claim that must
  /// be there, `exp`, `nbf` and `iat` among them.
  public static func general(
    algorithms: AlgorithmPolicy, issuer: ExactText? = nil, audience: ExactText? = nil, subject: ExactText? = nil,
    required: [ExactText] = [], leeway: TimeSpan = .zero
  ) -> Profile {
    var claims: [ClaimPolicy] = []
    for (name, value) in [("iss", issuer), ("sub", subject), ("aud", audience)] as [(ExactText, ExactText?)] {
      claims.append(
        ClaimPolicy(
          name, value.map { .oneOf([$0]) } ?? .anyText,
          presence: value != nil || required.contains(name) ? .required : .optional,
          allowsArray: name == "aud"))
    }
    let dates: [ExactText] = ["exp", "nbf", "iat"]
    for name in required where !dates.contains(name) && !claims.contains(where: { $0.name == name }) {
      claims.append(ClaimPolicy(name, .anyValue))
    }
    func presence(_ name: ExactText) -> Presence { required.contains(name) ? .required : .optional }
    return Profile(
      id: "general", title: "any JSON Web Token", algorithms: algorithms, type: TypePolicy("JWT", isRequired: false),
      claims: claims,
      time: TimePolicy(
        notBefore: presence("nbf"), issuedAt: presence("iat"), expires: presence("exp"), numbers: .anyNumber,
        lifetime: .minutes(10), maximumLifetime: nil, start: .issuedAt, leeway: leeway),
      otherClaims: .allowed, ignoresUnknownHeaderNames: true)
  }
}
