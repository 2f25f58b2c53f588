public import Encodings
public import JSON
public import Messages
public import Signing

/// A profile as data: JSON that describes the tokens of one issuer, with parameters to fill in.
///
/// The README describes the members. Unknown members are refused, so that a misspelt rule is not silently no rule.
public struct ProfileDocument: Sendable {
  public let id: String
  public let title: String
  /// In the order of the document.
  public let parameters: [ProfileParameter]
  /// As it was read, for showing.
  public let json: JSONObject

  let algorithms: AlgorithmPolicy
  let type: TypePolicy
  let hints: [KeyHint]
  let requiredHints: [KeyHint]
  let keyIDIsRequired: Bool
  let claims: [ClaimTemplate]
  let time: TimePolicy
  let otherClaims: OtherClaims

  /// The version of the format, which each document names as `keyroll-profile`.
  public static let version: Int64 = 1

  /// Reads a document; throws `malformed-profile` with the member that is wrong.
  public init(_ text: Span<UInt8>) throws(ProfileError) {
    let object: JSONObject
    do throws(JSONError) { object = try JSONReader.object(text) } catch {
      throw ProfileError(
        .malformedProfile, "the profile is not acceptable JSON: \(error.problem), at byte \(error.offset)")
    }
    json = object
    var members = ProfileMembers(object, "the profile")
    guard try members.integer("keyroll-profile") == Self.version else {
      throw ProfileError(.malformedProfile, "the profile's version, keyroll-profile, is not \(Self.version)")
    }
    id = try members.requiredText("id").text
    title = try members.text("title")?.text ?? id
    algorithms = try Self.algorithms(&members)
    type = TypePolicy(try members.text("typ") ?? "JWT", isRequired: true)
    hints = try members.names("key-hints", of: KeyHint.self, KeyHint.init(name:)) ?? []
    requiredHints = try members.names("required-key-hints", of: KeyHint.self, KeyHint.init(name:)) ?? []
    keyIDIsRequired = requiredHints == [.kid]
    let parameters = try ProfileParameter.list(try members.object("parameters"))
    let claims = try ClaimTemplate.list(try members.object("claims"), parameters: parameters)
    if let unused = parameters.first(where: { parameter in !claims.contains { $0.uses(parameter) } }) {
      throw ProfileError(
        .malformedProfile,
        "parameter \(naming: unused.name) of the profile is in no claim, so its value would not be looked at"
      )
    }
    self.parameters = parameters
    self.claims = claims
    time = try Self.time(try members.object("time"))
    otherClaims = try members.choice("other-claims", OtherClaims.self) ?? .reported
    try members.refuseOthers()
  }

  /// The profile for these parameters, for signing or verifying with this key.
  ///
  /// When signing, every parameter that has no default and is not optional must be there, else `missing-parameter`; when
  /// verifying, claims that need an unknown one are not compared, and say so. Also throws `unknown-parameter` and
  /// `malformed-parameter`.
  public func profile(
    parameters values: [String: ExactText], publicKey: PublicKey?, isSigning: Bool
  ) throws(ProfileError) -> Profile {
    let values = try resolved(values, isSigning: isSigning)
    return Profile(
      id: id, title: title, algorithms: algorithms, type: type, hints: hints, requiredHints: requiredHints,
      keyID: KeyIDPolicy(.text(nil), isRequired: keyIDIsRequired),
      claims: claims.map { $0.policy(values, publicKey: publicKey, isSigning: isSigning) }, time: time,
      otherClaims: otherClaims)
  }

  private func resolved(_ given: [String: ExactText], isSigning: Bool) throws(ProfileError) -> [String: ExactText] {
    for name in given.keys.sorted() where !parameters.contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
      throw ProfileError(
        .unknownParameter, "profile \(naming: id) has no parameter \(naming: name)",
        hint: parameters.isEmpty ? nil : "it has: \(parameters.map(\.name).joined(separator: ", "))")
    }
    var values: [String: ExactText] = [:]
    for parameter in parameters {
      guard let value = given[parameter.name] ?? parameter.defaultValue else {
        if isSigning && !parameter.isOptional {
          throw ProfileError(
            .missingParameter,
            "profile \(naming: id) needs the parameter \(parameter.name)\(parameter.about.map { ": \(quoting: $0)" } ?? "")",
            hint: "give it by --parameter \(parameter.name)=VALUE")
        }
        continue
      }
      guard parameter.accepts(value) else {
        throw ProfileError(
          .malformedParameter,
          "parameter \(parameter.name) is \(naming: value), and \(parameter.formSummary) is needed")
      }
      values[parameter.name] = value
    }
    return values
  }

  private static func algorithms(_ members: inout ProfileMembers) throws(ProfileError) -> AlgorithmPolicy {
    let names = try members.names("algorithms", of: SignatureAlgorithm.self, SignatureAlgorithm.init(name:)) ?? []
    guard let policy = AlgorithmPolicy(names) else {
      throw ProfileError(.malformedProfile, "the profile's algorithms are missing or empty")
    }
    return policy
  }

  private static func time(_ object: JSONObject?) throws(ProfileError) -> TimePolicy {
    var members = ProfileMembers(object ?? JSONObject(), "time")
    let maximum = try members.span("maximum")
    let policy = TimePolicy(
      notBefore: try members.choice("nbf", Presence.self) ?? .optional,
      issuedAt: try members.choice("iat", Presence.self) ?? .optional,
      expires: try members.choice("exp", Presence.self) ?? .required,
      lifetime: try members.span("lifetime") ?? maximum ?? .minutes(10), maximumLifetime: maximum,
      start: try members.choice("measured-from", TimePolicy.Start.self) ?? .issuedAt,
      issuedAtBackdate: try members.span("iat-backdate") ?? .zero)
    try members.refuseOthers()
    if let maximum, policy.lifetime > maximum {
      throw ProfileError(.malformedProfile, "the profile's time has a lifetime above its maximum")
    }
    if maximum != nil, policy.expires != .required {
      throw ProfileError(.malformedProfile, "the profile's time has a maximum, which a token without exp would escape")
    }
    if policy.start == .issuedAt && policy.issuedAt == .forbidden
      || policy.start == .notBefore && policy.notBefore == .forbidden
    {
      throw ProfileError(
        .malformedProfile, "the profile's time is measured from \(policy.start.rawValue), which it forbids")
    }
    return policy
  }
}
