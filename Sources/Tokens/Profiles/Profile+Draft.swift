public import Encodings
public import JSON
public import Messages
public import Signing

/// What the caller decides about one draft; the rest comes from the profile and the key.
public struct DraftRequest: Sendable {
  /// The time of making.
  public var time: NumericDate
  /// When the token becomes valid; nil for `time`.
  public var notBefore: NumericDate?
  /// How long it lives; nil for the profile's own.
  public var lifetime: TimeSpan?
  /// True to write `iat` even if the profile leaves it open.
  public var includesIssuedAt = false
  /// The key hints to write instead of the profile's.
  public var hints: [KeyHint]?
  /// The `kid`, if the profile does not derive it.
  public var keyID: ExactText?
  /// A fresh identifier for claims such as `jti`; nil if the profile has none.
  public var identifier: ExactText?
  /// Values for claims that the profile leaves open, and further claims.
  public var claims: JSONObject

  public init(time: NumericDate, identifier: ExactText? = nil, claims: JSONObject = JSONObject()) {
    self.time = time
    self.identifier = identifier
    self.claims = claims
  }
}

extension Profile {
  /// Makes a draft: the header from the signer, its certificate and this profile, the claims from the request.
  ///
  /// Throws `certificate-needed` or `key-id-needed` if a hint cannot be written, and `reserved-claim` if the request
  /// sets a date as a claim.
  public func draft(_ request: DraftRequest, for signer: any Signer) throws(ProfileError) -> TokenDraft {
    try draft(request, algorithm: signer.algorithm, publicKey: signer.publicKey, certificates: signer.certificates)
  }

  /// The same for a key that is elsewhere; `certificates` are leaf first, and empty for a bare key.
  public func draft(
    _ request: DraftRequest, algorithm: SignatureAlgorithm, publicKey: PublicKey, certificates: [Certificate]
  ) throws(ProfileError) -> TokenDraft {
    TokenDraft(
      header: try header(request, algorithm, certificates), claims: try claims(request), publicKey: publicKey,
      certificate: certificates.first)
  }

  private func header(
    _ request: DraftRequest, _ algorithm: SignatureAlgorithm, _ certificates: [Certificate]
  ) throws(ProfileError) -> JSONObject {
    var header: JSONObject = ["alg": .string(ExactText(algorithm.rawValue))]
    if type.presence != .forbidden { header["typ"] = .string(type.value) }
    let wanted = request.hints ?? hints
    let leaf = certificates.first
    for hint in KeyHint.allCases where wanted.contains(hint) {
      switch hint {
      case .kid: header["kid"] = .string(try keyIdentifier(request, leaf))
      case .x5t: header[Thumbprint.sha1.headerName] = .string(Thumbprint.sha1.text(of: try required(leaf, for: hint)))
      case .x5tS256:
        header[Thumbprint.sha256.headerName] = .string(Thumbprint.sha256.text(of: try required(leaf, for: hint)))
      case .x5c:
        _ = try required(leaf, for: hint)
        header["x5c"] = .array(certificates.map { .string(ExactText(Base64.standard.text($0.der))) })
      }
    }
    return header
  }

  private func keyIdentifier(_ request: DraftRequest, _ leaf: Certificate?) throws(ProfileError) -> ExactText {
    if let given = request.keyID { return given }
    switch keyID.form {
    case .sha1Thumbprint: return ExactText(Hexadecimal.upperCase(try required(leaf, for: .kid).sha1Thumbprint))
    case .text(let text?): return text
    case .text(nil), .computed:
      throw ProfileError(
        .keyIDNeeded, "profile \(naming: id) writes kid, and none was given",
        hint: "give the key's id at the issuer")
    }
  }

  private func required(_ leaf: Certificate?, for hint: KeyHint) throws(ProfileError) -> Certificate {
    if let leaf { return leaf }
    throw ProfileError(
      .certificateNeeded, "\(hint.rawValue) is made from the certificate, but the key came without one",
      hint: "give the certificate, in the key's file or beside it")
  }

  /// The claims of such a draft, which need no key.
  func claims(_ request: DraftRequest) throws(ProfileError) -> JSONObject {
    var object = JSONObject()
    for policy in claims where policy.presence != .forbidden {
      object[policy.name] = request.claims[policy.name] ?? ownValue(of: policy, request)
    }
    let start = request.notBefore ?? request.time
    let issuedAt = request.time - time.issuedAtBackdate
    if time.issuedAt == .required || request.includesIssuedAt && time.issuedAt == .optional {
      object["iat"] = .integer(issuedAt.seconds)
    }
    if time.notBefore == .required || request.notBefore != nil && time.notBefore == .optional {
      object["nbf"] = .integer(start.seconds)
    }
    if time.expires != .forbidden { object["exp"] = .integer((start + (request.lifetime ?? time.lifetime)).seconds) }
    for member in request.claims.members {
      if ["iat", "nbf", "exp"].contains(member.name) {
        throw ProfileError(
          .reservedClaim, "\(naming: member.name) is written from the time of signing and the life of the token",
          hint: "choose the time of signing and the window instead")
      }
      object[member.name] = member.value
    }
    return object
  }

  private func ownValue(of policy: ClaimPolicy, _ request: DraftRequest) -> JSONValue? {
    let own: JSONValue? =
      switch policy.expectation {
      case .oneOf(let values): values.first.map { .string($0) }
      case .oneOfValues(let values): values.first
      default: nil
      }
    if let own { return policy.writesArray && own.array == nil ? .array([own]) : own }
    return policy.isGenerated ? request.identifier.map { .string($0) } : nil
  }
}

/// Fresh identifiers for `jti` (RFC 7519, section 4.1.7).
public enum UniqueIdentifier {
  /// A random UUID, version 4 (RFC 9562, section 5.4), in lower case.
  public static func uuid(using generator: inout some RandomNumberGenerator) -> ExactText {
    // Two draws instead of sixteen: the system's generator asks the kernel for each.
    let (high, low): (UInt64, UInt64) = (generator.next(), generator.next())
    var bytes = [high, low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (8 * $0)) } }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    var text = ""
    for (index, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(index) { text += "-" }
      text += Hexadecimal.lowerCase([byte])
    }
    return ExactText(text)
  }
}
