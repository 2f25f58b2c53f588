public import Encodings
import JSON
public import Messages
public import Signing

/// All rules for one kind of token: the same value makes drafts and judges them.
public struct Profile: Sendable {
  /// Kebab-case: `graph-proof`.
  public var id: String
  /// For people: `Graph proof of possession`.
  public var title: String
  /// The algorithms that are allowed.
  public var algorithms: AlgorithmPolicy
  /// What `typ` must be.
  public var type: TypePolicy
  /// The header names that drafts carry if none are chosen.
  public var hints: [KeyHint]
  /// At least one of these must be there; empty if the receiver needs none.
  public var requiredHints: [KeyHint]
  /// What `kid` must be.
  public var keyID: KeyIDPolicy
  /// Judged and written in this order.
  public var claims: [ClaimPolicy]
  /// The dates, and how long a token lives.
  public var time: TimePolicy
  /// What happens to claims that the profile does not name.
  public var otherClaims: OtherClaims
  /// True if undefined header names are ignored silently.
  public var ignoresUnknownHeaderNames: Bool
  /// Rules beyond the above, judged last; the argument says whether they are lenient.
  public var furtherRules: @Sendable (_ isLenient: Bool) -> [any ClaimRule]
  /// False if the service is known to refuse what lenient rules tolerate; lenient rules then change nothing.
  public var hasLenientForm: Bool
  /// The answer of the service, by `id:reason` of the check, otherwise by reason, otherwise by id.
  public var serviceAnswers: [String: String]

  public init(
    id: String, title: String, algorithms: AlgorithmPolicy, type: TypePolicy, hints: [KeyHint] = [],
    requiredHints: [KeyHint] = [], keyID: KeyIDPolicy = KeyIDPolicy(.text(nil)), claims: [ClaimPolicy],
    time: TimePolicy,
    otherClaims: OtherClaims, ignoresUnknownHeaderNames: Bool = false,
    furtherRules: @escaping @Sendable (_ isLenient: Bool) -> [any ClaimRule] = { _ in [] },
    hasLenientForm: Bool = true, serviceAnswers: [String: String] = [:]
  ) {
    self.id = id
    self.title = title
    self.algorithms = algorithms
    self.type = type
    self.hints = hints
    self.requiredHints = requiredHints
    self.keyID = keyID
    self.claims = claims
    self.time = time
    self.otherClaims = otherClaims
    self.ignoresUnknownHeaderNames = ignoresUnknownHeaderNames
    self.furtherRules = furtherRules
    self.hasLenientForm = hasLenientForm
    self.serviceAnswers = serviceAnswers
  }

  /// The rules about the header, its key and its certificate, in the order of every report.
  func headerRules(isLenient: Bool, cryptography: any Cryptography) -> [any ClaimRule] {
    [
      HeaderNamesRule(ignoresUnknownNames: ignoresUnknownHeaderNames),
      TypeRule(policy: type, isLenient: isLenient),
      AlgorithmRule(policy: algorithms),
      KeyRule(),
      RequiredHintRule(names: requiredHints.map { ExactText($0.rawValue) }),
      ThumbprintRule(kind: .sha1, needsCertificate: needsCertificate, isLenient: isLenient),
      ThumbprintRule(kind: .sha256, needsCertificate: needsCertificate, isLenient: isLenient),
      KeyIDRule(policy: keyID, cryptography: cryptography, isLenient: isLenient),
      CertificateChainRule(cryptography: cryptography, isLenient: isLenient),
    ]
  }

  /// True if the receiver finds the certificate by its thumbprint.
  private var needsCertificate: Bool { requiredHints.contains(.x5t) || requiredHints.contains(.x5tS256) }

  static let certificateRules: [any ClaimRule] = [
    CertificateDatesRule(), CertificateUsageRule(), CertificateSignatureRule(),
  ]

  /// The rules about the claims, in the order of every report.
  func claimRules(isLenient: Bool) -> [any ClaimRule] {
    var rules: [any ClaimRule] = claims.map { ClaimValueRule(policy: $0, isLenient: isLenient) }
    for kind in [DateRule.Kind.issuedAt, .notBefore, .expires] {
      rules.append(DateRule(kind: kind, policy: time, isLenient: isLenient))
    }
    rules.append(LifetimeRule(policy: time, isLenient: isLenient))
    let known = claims.map(\.name) + ["iat", "nbf", "exp"]
    rules.append(OtherClaimsRule(policy: otherClaims, known: JSONNameSet(known)))
    return rules + furtherRules(isLenient)
  }

  /// Judges a draft by every rule, strictly unless told otherwise. Only a draft without a failed check may be signed.
  public func check(
    _ draft: TokenDraft, at time: NumericDate, cryptography: any Cryptography,
    isLenient: Bool = false
  ) -> [Check] {
    let isLenient = isLenient && hasLenientForm
    var draft = draft
    draft.isForSigning = true
    let rules =
      headerRules(isLenient: isLenient, cryptography: cryptography) + Self.certificateRules
      + claimRules(isLenient: isLenient)
    return rules.map { answered($0.check(draft, at: time)) }
  }

  /// Judges the claims alone, by the rules that need neither header nor key, so that nobody opens a key or types its
  /// password for claims that are refused anyway.
  public func judgeClaims(_ request: DraftRequest) throws(TokenError) {
    let claims: JSONObject
    do throws(ProfileError) { claims = try self.claims(request) } catch { throw TokenError(error) }
    var draft = TokenDraft(header: JSONObject(), claims: claims, publicKey: nil, certificate: nil)
    draft.isForSigning = true
    let start = draft.window.start(notBefore: request.time)
    // A value made from the public key is not there yet.
    var keyless = self
    keyless.claims.removeAll { $0.expectation.isUnknown && claims[$0.name] == nil }
    let rules = keyless.claimRules(isLenient: false).filter { $0.verdict == .claims }
    try TokenError.throwIfRefused(rules.map { answered($0.check(draft, at: start)) })
  }

  /// Adds the answer of the service to a check that failed.
  func answered(_ check: Check) -> Check {
    guard let name = check.faultNames.first(where: { serviceAnswers[$0] != nil }) else { return check }
    return Check(
      id: check.id, verdict: check.verdict, status: check.status, isRequired: check.isRequired, found: check.found,
      finding: check.finding?.answered(serviceAnswers[name]))
  }
}

extension Profile {
  /// The requirements of RFC 7515, RFC 7519 and RFC 8725 for any token, to verify one that no profile describes.
  ///
  /// The caller must choose the allowed algorithms; a value that is nil is not compared. A name in `required` is a
  /// claim that must be there, such as `exp`, `nbf` or `iat`.
  public static func general(
    algorithms: AlgorithmPolicy, issuer: ExactText? = nil, audience: ExactText? = nil, subject: ExactText? = nil,
    required: [ExactText] = [], leeway: TimeSpan = .zero
  ) -> Profile {
    var claims: [ClaimPolicy] = []
    for (name, value) in [("iss", issuer), ("sub", subject), ("aud", audience)] as [(ExactText, ExactText?)] {
      claims.append(
        ClaimPolicy(
          name, value.map { .oneOf([$0]) } ?? .unknownText,
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

/// A profile that makes no sense, or a wrong use of one.
public typealias ProfileError = Failure<ProfileErrorCode>

/// The reasons of a `ProfileError`, by their stable ids.
@nonexhaustive
public enum ProfileErrorCode: String, FailureCode {
  case malformedProfile = "malformed-profile"
  case unknownProfile = "unknown-profile"
  case missingParameter = "missing-parameter"
  case unknownParameter = "unknown-parameter"
  case malformedParameter = "malformed-parameter"
  /// A signing request has another value than the one expected.
  case parameterMismatch = "parameter-mismatch"
  case certificateNeeded = "certificate-needed"
  case keyIDNeeded = "key-id-needed"
  case reservedClaim = "reserved-claim"
}
