public import Encodings
import JSON
public import Messages
public import Signing
public import Tokens

extension Profile {
  static let entraAssertionID = "entra-assertion"

  /// The client assertion for the client-credentials flow of Entra (RFC 7523, section 3).
  ///
  /// The documented form is PS256 with `x5t#S256`; RS256 uses the older one with `x5t`. A value that is nil is not
  /// compared. Throws `malformed-parameter` for a client id that is not a GUID, a tenant that is neither a GUID nor a
  /// domain, and a login host that is more than the name of a host.
  public static func entraAssertion(
    tenant: ExactText?, clientID: ExactText?, cloud: Cloud = .global, loginHost: String? = nil,
    audienceForm: AudienceForm? = nil, algorithm: SignatureAlgorithm? = nil
  ) throws(ProfileError) -> Profile {
    let clientID = try DirectoryName.guid(clientID, "the client id")
    let tenant = try tenant.map(DirectoryName.tenant)
    let loginHost = try loginHost.map(DirectoryName.loginHost)
    let hint: KeyHint = (algorithm ?? .ps256).padding == .pss ? .x5tS256 : .x5t
    return Profile(
      id: entraAssertionID, title: "Entra client assertion",
      algorithms: AlgorithmPolicy(
        preferring: .ps256, [.rs256], unproven: [.rs384, .rs512, .ps384, .ps512]),
      type: TypePolicy("JWT", isRequired: true),
      hints: [hint], requiredHints: [.x5t, .x5tS256], keyID: KeyIDPolicy(.sha1Thumbprint, isBinding: false),
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

  /// The documented form, unless another is asked for by name; the other published forms give a warning.
  private static func audience(
    _ tenant: ExactText?, _ cloud: Cloud, _ loginHost: String?, _ form: AudienceForm?
  ) -> ClaimPolicy {
    guard let tenant else {
      return ClaimPolicy("aud", .unknownText, form: .httpsAddress, knownMistakes: otherTokens)
    }
    let host = loginHost ?? cloud.loginHost
    let expected = (form ?? .token).audience(host: host, tenant: tenant)
    var tolerated: [ClaimPolicy.KnownValue] = []
    if form == nil {
      for other in AudienceForm.allCases where other != .token {
        tolerated.append(
          .init(
            other.audience(host: host, tenant: tenant),
            "has the form \(other.rawValue), which is reported to work but is not the documented one",
            onlyLeniently: true))
      }
    }
    if loginHost == nil, let alias = cloud.loginHostAlias {
      tolerated.append(
        .init((form ?? .token).audience(host: alias, tenant: tenant), "names an alias of the login host"))
    }
    return ClaimPolicy(
      "aud", .oneOf([expected]), form: .httpsAddress, knownMistakes: otherTokens + otherClouds(than: host),
      tolerated: tolerated + otherNames(of: tenant, at: host, form) + otherSpellings(of: tenant, at: host, form))
  }

  /// The audiences of tokens that are sent elsewhere.
  private static let otherTokens: [ClaimPolicy.KnownValue] = [
    .init(
      .exactly(graphProofAudience), "is the audience of a Graph proof, and a client assertion is expected",
      hint: "judge it as a proof"),
    .init(
      .exactly(federatedAudience), federation,
      hint:
        "send the token of the other issuer as it is; one that is signed with a certificate names the token endpoint"),
    .init(
      .between(federatedAudience, .text, ""), federation,
      hint:
        "send the token of the other issuer as it is; one that is signed with a certificate names the token endpoint"),
  ]

  /// The audience of a token of another issuer that Entra accepts for one of its own applications.
  static let federatedAudience: ExactText = "api://AzureADTokenExchange"
  private static let federation =
    "is the audience of workload identity federation: the token of another issuer, not one signed with a registered certificate"

  private static func otherClouds(than host: String) -> [ClaimPolicy.KnownValue] {
    var mistakes: [ClaimPolicy.KnownValue] = []
    for cloud in Cloud.allCases where cloud != .usGovDoD {
      for other in cloud.loginHosts where ![other, cloud.loginHost].containsHost(host) {
        mistakes.append(
          .init(
            .between(ExactText("https://\(other)/"), .text, ""),
            "names the login host of the cloud \(cloud.rawValue), but that of \(host) is expected",
            hint: "if that cloud is meant, choose it"))
      }
    }
    return mistakes
  }

  /// The tenant by its domain although its id was given, or the other way round: only the directory knows whether they
  /// are the same.
  private static func otherNames(
    of tenant: ExactText, at host: String, _ form: AudienceForm?
  ) -> [ClaimPolicy.KnownValue] {
    let isID = TextForm.guid.matches(tenant)
    let message =
      isID
      ? "names the tenant by a domain, and its id was given: the two cannot be compared without the directory"
      : "names the tenant by its id, and a domain was given: the two cannot be compared without the directory"
    let forms = form.map { [$0] } ?? AudienceForm.allCases
    return forms.map { other in
      .init(
        .between(ExactText("https://\(host)/"), isID ? .hostName : .guid, ExactText("/\(other.path)")), message,
        hint: isID ? "give the tenant by its domain, as aud does" : "give the tenant by its id, as aud does",
        onlyLeniently: form == nil && other != .token, isIncomparable: true)
    }
  }

  /// The same addresses with other upper and lower case, or with a slash at the end.
  private static func otherSpellings(
    of tenant: ExactText, at host: String, _ form: AudienceForm?
  ) -> [ClaimPolicy.KnownValue] {
    let addresses = (form.map { [$0] } ?? AudienceForm.allCases).map { $0.audience(host: host, tenant: tenant) }
    return addresses.flatMap { [$0, ExactText("\($0)/")] }.map { address in
      .init(
        .ignoringCase(address), "spells the address differently from the documentation", onlyLeniently: true)
    }
  }
}

/// The forms of `aud` that are published to work in a client assertion for Entra.
@nonexhaustive
public enum AudienceForm: String, Sendable, Hashable, CaseIterable {
  /// `https://{host}/{tenant}/oauth2/v2.0/token`, the documented one.
  case token
  /// `https://{host}/{tenant}/v2.0`
  case issuer
  /// `https://{host}/{tenant}/v2.0/`
  case issuerSlash = "issuer-slash"
  /// `https://{host}/{tenant}/oauth2/token`
  case tokenV1 = "token-v1"

  /// The `aud` of this form, for a host and a tenant.
  public func audience(host: String, tenant: ExactText) -> ExactText { ExactText("https://\(host)/\(tenant)/\(path)") }

  /// The part after the tenant.
  var path: String {
    switch self {
    case .token: "oauth2/v2.0/token"
    case .issuer: "v2.0"
    case .issuerSlash: "v2.0/"
    case .tokenV1: "oauth2/token"
    }
  }
}

/// The address of a token endpoint of Entra, or of its issuer, taken apart: `https://{host}/{tenant}/oauth2/v2.0/token`.
public struct EntraAudience: Sendable, Hashable {
  /// The host, such as `login.microsoftonline.com`.
  public let host: ExactText
  /// A GUID, a domain, or a name such as `common`.
  public let tenant: ExactText
  /// Which address of the tenant it is.
  public let form: AudienceForm

  /// Nil for any other address: the host is a login host, or the tenant is an id, a domain or a name that every tenant has.
  ///
  /// Letters of the path count in either case.
  public init?(_ audience: ExactText) {
    guard TextForm.httpsAddress.matches(audience) else { return nil }
    let parts = audience.text.utf8.dropFirst(8).split(separator: UInt8(ascii: "/"), maxSplits: 2)
    guard parts.count == 3, let host = String(parts[0]), let tenant = String(parts[1]),
      let form = AudienceForm.allCases.first(where: { ASCII.isEqualIgnoringCase($0.path.utf8, parts[2]) })
    else { return nil }
    self.host = ExactText(host)
    self.tenant = ExactText(tenant)
    self.form = form
    // Others have addresses of the same ending, such as https://accounts.google.com/o/oauth2/token.
    let isDomain = tenant.utf8.contains(UInt8(ascii: ".")) && TextForm.hostName.matches(self.tenant)
    let isTenant = TextForm.guid.matches(self.tenant) || isDomain || Self.sharedTenants.contains(tenant)
    if cloud == nil, !isTenant { return nil }
  }

  private static let sharedTenants: Set<String> = ["common", "organizations", "consumers"]

  /// The cloud whose login host it is, or nil.
  public var cloud: Cloud? {
    Cloud.allCases.first { $0.loginHosts.contains { ExactText($0).isSameName(as: host) } }
  }
}

/// `sub` repeats `iss`: both are the client (RFC 7523, section 3).
struct SubjectIsIssuerRule: ClaimRule {
  var id: String { "sub-is-iss" }
  /// The value that checks of their own already compare both with; nil if it is not known.
  let clientID: ExactText?

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let issuer = draft.claims["iss"], let subject = draft.claims["sub"] else {
      return skipped(.notApplicable, "iss or sub is missing")
    }
    // A difference in case alone is a warning.
    let parties = [issuer, subject]
    if let clientID, !parties.allSatisfy({ $0.string?.isSameName(as: clientID) ?? false }) {
      return skipped(.notApplicable, "iss or sub is not the client id, as its own check says")
    }
    return issuer == subject
      ? passed()
      : failed(
        .claimMismatch, "sub differs from iss, and both must be the client id", hint: "write the client id into both")
  }
}

/// The documented pairs are PS256 with `x5t#S256` and RS256 with `x5t`; some client libraries send others.
struct HintPairingRule: ClaimRule {
  var id: String { "key-hint-pairing" }
  var verdict: Check.Verdict { .signature }
  let isLenient: Bool

  func check(_ draft: TokenDraft, at time: NumericDate) -> Check {
    guard let name = draft.header["alg"]?.string, let algorithm = SignatureAlgorithm(name: name.text) else {
      return skipped(.notApplicable, "alg is not an RSA signature algorithm")
    }
    let documented: Thumbprint = algorithm.padding == .pss ? .sha256 : .sha1
    if draft.header[documented.headerName] != nil { return passed() }
    return irregular(
      isTolerated: isLenient, .hintPairing,
      "\(algorithm.rawValue) is documented together with \(documented.headerName)",
      hint: "write \(documented.headerName), or sign with the other algorithm")
  }
}
