public import Encodings
public import Messages
public import Tokens
public import Signing

extension Profile {
  /// The client assertion for the client-credentials flow of Entra (RFC 7523, section 3).
  ///
  /// The documented form is PS256 with `x5t#S256`; for RS256 it is the older one with `x5t`. What is nil is not compared.
  /// Throws `malformed-parameter` for a client id that is no GUID, a tenant that is neither GUID nor domain, and a login host
  /// that is more than the name of a host.
  public static func entraAssertion(
    tenant: ExactText?, clientID: ExactText?, cloud: Cloud = .global, loginHost: String? = nil,
    audienceForm: AudienceForm? = nil, algorithm: SignatureAlgorithm? = nil
  ) throws(ProfileError) -> Profile {
    let clientID = try clientID.map { value throws(ProfileError) in try guid(value, "the client id") }
    let tenant = try tenant.map(validTenant)
    try loginHost.map { host throws(ProfileError) in
      try requireHost(host, "the login host", example: Cloud.usGov.loginHost)
    }
    let hint: KeyHint = (algorithm ?? .ps256).padding == .pss ? .x5tS256 : .x5t
    return Profile(
      id: "entra-assertion", title: "Entra client assertion",
      algorithms: AlgorithmPolicy(
        preferring: .ps256, [.rs256], unproven: [.rs384, .rs512, .ps384, .ps512]),
      type: TypePolicy("JWT", isRequired: true),
      hints: [hint], requiredHints: [.x5t, .x5tS256], keyID: KeyIDPolicy(.sha1Thumbprint),
      claims: [
        audience(tenant, cloud, loginHost, audienceForm),
        ClaimPolicy("iss", clientID.map { .oneOf([$0]) } ?? .unknownText, form: .guid),
        ClaimPolicy("sub", clientID.map { .oneOf([$0]) } ?? .unknownText, form: .guid),
        ClaimPolicy("jti", .anyText, isGenerated: true),
      ],
      time: TimePolicy(
        notBefore: .required, issuedAt: .optional, expires: .required, lifetime: .minutes(10),
        maximumLifetime: .minutes(10), isServiceLenient: true, start: .notBefore),
      otherClaims: .reported,
      furtherRules: { [SubjectIsIssuerRule(clientID: clientID), HintPairingRule(isLenient: $0)] },
      serviceAnswers: ServiceAnswer.quotations(of: .tokenEndpoint))
  }

  /// The documented form, unless another is asked for by name; the other published forms draw a warning.
  private static func audience(
    _ tenant: ExactText?, _ cloud: Cloud, _ loginHost: String?, _ form: AudienceForm?
  ) -> ClaimPolicy {
    guard let tenant else {
      return ClaimPolicy("aud", .unknownText, form: .httpsAddress, knownMistakes: proofAudiences)
    }
    let host = loginHost ?? cloud.loginHost
    let expected = (form ?? .token).audience(host: host, tenant: tenant)
    var tolerated: [ClaimPolicy.KnownValue] = []
    if form == nil {
      for other in AudienceForm.allCases where other != .token {
        tolerated.append(
          .init(
            other.audience(host: host, tenant: tenant),
            "has the form \(other.rawValue), published as working but not the documented one", onlyLeniently: true))
      }
    }
    if loginHost == nil, let alias = cloud.loginHostAlias {
      tolerated.append(
        .init((form ?? .token).audience(host: alias, tenant: tenant), "names an alias of the login host"))
    }
    return ClaimPolicy(
      "aud", .oneOf([expected]), form: .httpsAddress, knownMistakes: proofAudiences + otherClouds(than: host, tenant),
      tolerated: tolerated)
  }

  private static let proofAudiences: [ClaimPolicy.KnownValue] = [
    .init(graphProofAudience, "is the audience of a Graph proof, and this is a client assertion")
  ]

  private static func otherClouds(than host: String, _ tenant: ExactText) -> [ClaimPolicy.KnownValue] {
    var mistakes: [ClaimPolicy.KnownValue] = []
    for cloud in Cloud.allCases where cloud != .usGovDoD {
      for other in [cloud.loginHost, cloud.loginHostAlias].compactMap(\.self)
      where !other.utf8.elementsEqual(host.utf8) && !(cloud.loginHost.utf8.elementsEqual(host.utf8)) {
        for form in AudienceForm.allCases {
          mistakes.append(
            .init(form.audience(host: other, tenant: tenant), "names the login host of the cloud \(cloud.rawValue)"))
        }
      }
    }
    return mistakes
  }

  static func validTenant(_ tenant: ExactText) throws(ProfileError) -> ExactText {
    // `common` and its like, which name no directory, have no dot.
    if TextForm.guid.matches(tenant) || TextForm.hostName.matches(tenant) { return tenant }
    throw ProfileError(
      .malformedParameter, "the tenant is \(naming: tenant), which is neither a GUID nor a domain",
      hint: "give the directory (tenant) id or a domain such as contoso.onmicrosoft.com")
  }

  static func requireHost(_ host: String, _ subject: String, example: String) throws(ProfileError) {
    if TextForm.hostName.matches(ExactText(host)) { return }
    throw ProfileError(
      .malformedParameter, "\(subject) is \(naming: host), which is not the name of a host",
      hint: "give it alone, such as \(example)")
  }
}
