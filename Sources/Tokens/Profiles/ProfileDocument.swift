public import Encodings
public import JSON
public import Messages
public import Signing

/// A profile as data: JSON that describes the tokens of one issuer, with parameters to fill in.
///
/// `docs/profiles.md` describes the members. Unknown members are refused, because a misspelt rule would otherwise be
/// silently ignored.
public struct ProfileDocument: Sendable {
  /// The name of the profile, in kebab-case.
  public let id: String
  /// The title for people; the id if the document has none.
  public let title: String
  /// In the order of the document.
  public let parameters: [ProfileParameter]
  /// As it was read, to be shown.
  public let json: JSONObject

  let algorithms: AlgorithmPolicy
  let type: TypePolicy
  let hints: [KeyHint]
  let requiredHints: [KeyHint]
  let keyIDIsRequired: Bool
  let keyIDForm: KeyIDPolicy.Form
  let claims: [ClaimTemplate]
  let time: TimePolicy
  let otherClaims: OtherClaims

  /// The version of the format, which each document gives as `keyroll-profile`.
  public static let version: Int64 = 1

  /// Reads a document; throws `malformed-profile`, which names the wrong member.
  public init(_ text: Span<UInt8>) throws(ProfileError) {
    let object: JSONObject
    do throws(JSONError) { object = try JSONReader.object(text) } catch {
      throw ProfileError(
        .malformedProfile, "the profile is not acceptable JSON: \(error.problem), at byte \(error.offset)")
    }
    json = object
    var members = JSONMembers(object, ofProfile: "the profile")
    guard try members.take("keyroll-profile", .integer) == Self.version else {
      throw ProfileError(.malformedProfile, "the profile's version, keyroll-profile, is not \(Self.version)")
    }
    id = try members.require("id", .filledText).text
    title = try members.take("title", .filledText)?.text ?? id
    algorithms = try Self.algorithms(&members)
    type = try Self.type(members.take("typ"))
    hints = try members.names("key-hints", KeyHint.init(name:))
    requiredHints = try members.names("required-key-hints", KeyHint.init(name:))
    keyIDIsRequired = requiredHints == [.kid]
    keyIDForm = try members.take("key-id", .object).map(Self.keyID) ?? .text(nil)
    let parameters = try ProfileParameter.list(try members.take("parameters", .object))
    let claims = try ClaimTemplate.list(try members.take("claims", .object), parameters: parameters)
    if let unused = parameters.first(where: { parameter in !claims.contains { $0.uses(parameter) } }) {
      throw ProfileError(
        .malformedProfile,
        "parameter \(naming: unused.name) of the profile is not used in any claim"
      )
    }
    self.parameters = parameters
    self.claims = claims
    time = try Self.time(try members.take("time", .object))
    otherClaims = try members.take("other-claims", .choice(of: OtherClaims.self)) ?? .reported
    try members.refuseOthers()
  }

  /// The profile for these parameters, for signing or verifying with this key.
  ///
  /// When signing, every parameter that has no default and is not optional must be given, or else it throws
  /// `missing-parameter`. When verifying, claims that need an unknown parameter are not compared, and their checks say
  /// so. It also throws `unknown-parameter` and `malformed-parameter`.
  public func profile(
    parameters values: [String: ExactText], publicKey: PublicKey?, isSigning: Bool
  ) throws(ProfileError) -> Profile {
    let values = try resolved(values, isSigning: isSigning)
    return Profile(
      id: id, title: title, algorithms: algorithms, type: type, hints: hints, requiredHints: requiredHints,
      keyID: KeyIDPolicy(keyIDForm, isRequired: keyIDIsRequired),
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
            hint: "give it a value")
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

  /// `"JWT"`, which is then required, or `{"value": "JWT", "presence": "optional"}`.
  private static func type(_ value: JSONValue?) throws(ProfileError) -> TypePolicy {
    guard let object = value?.object else {
      guard let text = (value ?? "JWT").string, !text.isEmpty else {
        throw ProfileError(.malformedProfile, "typ of the profile is neither non-empty text nor an object")
      }
      return TypePolicy(text, isRequired: true)
    }
    var members = JSONMembers(object, ofProfile: "typ")
    let text = try members.take("value", .filledText) ?? "JWT"
    let presence = try members.take("presence", .choice(of: Presence.self)) ?? .required
    try members.refuseOthers()
    return TypePolicy(text, presence: presence)
  }

  private static func keyID(_ object: JSONObject) throws(ProfileError) -> KeyIDPolicy.Form {
    var members = JSONMembers(object, ofProfile: "key-id")
    let subject = try members.require("of", .choice(of: KeyIDComputation.Subject.self))
    let hash = try members.take("hash", .choice(of: KeyIDComputation.Hash.self)) ?? .sha256
    let encoding = try members.take("encoding", .choice(of: KeyIDComputation.Encoding.self)) ?? .base64url
    try members.refuseOthers()
    return .computed(KeyIDComputation(of: subject, hash, in: encoding))
  }

  private static func algorithms(_ members: inout JSONMembers<ProfileError>) throws(ProfileError) -> AlgorithmPolicy {
    let names = try members.names("algorithms", SignatureAlgorithm.init(name:))
    guard let policy = AlgorithmPolicy(names) else {
      throw ProfileError(.malformedProfile, "the profile's algorithms are missing or empty")
    }
    return policy
  }

  private static func time(_ object: JSONObject?) throws(ProfileError) -> TimePolicy {
    var members = JSONMembers(object ?? JSONObject(), ofProfile: "time")
    let maximum = try members.take("maximum", .timeSpan)
    let policy = TimePolicy(
      notBefore: try members.take("nbf", .choice(of: Presence.self)) ?? .optional,
      issuedAt: try members.take("iat", .choice(of: Presence.self)) ?? .optional,
      expires: try members.take("exp", .choice(of: Presence.self)) ?? .required,
      lifetime: try members.take("lifetime", .timeSpan) ?? maximum ?? .minutes(10), maximumLifetime: maximum,
      start: try members.take("measured-from", .choice(of: TimePolicy.Start.self)) ?? .issuedAt,
      issuedAtBackdate: try members.take("iat-backdate", .timeSpan) ?? .zero)
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

/// A value that the user of a profile document fills in.
public struct ProfileParameter: Sendable, Hashable {
  /// The name under which a value is given.
  public let name: String
  /// What it is, for people.
  public let about: String?
  /// The form that a value must have.
  public let form: TextForm
  /// The type of a claim that consists only of this parameter.
  public let type: JSONType
  /// The only values that it may have, if they are limited.
  public let choices: [ExactText]?
  /// The value if none is given.
  public let defaultValue: ExactText?
  /// True if claims that use it may be left out.
  public let isOptional: Bool

  static func list(_ object: JSONObject?) throws(ProfileError) -> [ProfileParameter] {
    var parameters: [ProfileParameter] = []
    for member in object?.members ?? [] {
      guard let description = member.value.object else {
        throw ProfileError(.malformedProfile, "parameter \(naming: member.name) of the profile is not an object")
      }
      parameters.append(try ProfileParameter(name: member.name, description))
    }
    return parameters
  }

  private init(name: ExactText, _ object: JSONObject) throws(ProfileError) {
    guard Self.isName(name) else {
      throw ProfileError(
        .malformedProfile,
        "the profile has a parameter \(naming: name); names are of lower-case letters, digits and hyphens",
        hint: name == TextTemplate.fingerprintName ? "{\(name)} is filled in without a parameter" : nil)
    }
    self.name = name.text
    var members = JSONMembers(object, ofProfile: "parameter \(naming: name)")
    about = try members.take("about", .filledText)?.text
    form = try members.take("form", .choice(of: TextForm.self)) ?? .text
    type = try members.take("type", .choice(of: JSONType.self)) ?? .string
    choices = try members.take("one-of", .filledTexts)
    defaultValue = try members.take("default", .filledText)
    isOptional = try members.take("optional", .boolean) ?? false
    try members.refuseOthers()
    if let odd = choices?.first(where: { !form.matches($0) }) ?? defaultValue, !accepts(odd) {
      throw ProfileError(
        .malformedProfile, "parameter \(naming: name) of the profile offers \(quoting: odd), but would not accept it")
    }
  }

  /// ASCII only, so that no two names are canonically equivalent and each fits the command line and braces.
  private static func isName(_ name: ExactText) -> Bool {
    !name.isEmpty && name != TextTemplate.fingerprintName
      && name.text.utf8.allSatisfy { ASCII.isLowerCase($0) || ASCII.isDigit($0) || $0 == UInt8(ascii: "-") }
  }

  func accepts(_ value: ExactText) -> Bool {
    form.matches(value) && type.value(of: value) != nil && choices?.contains(value) ?? true
  }

  var formSummary: String {
    choices.map { "one of \($0.map { "\(quoting: $0)" }.joined(separator: ", "))" }
      ?? (type == .string ? form.summary : type.summary)
  }
}

/// The members of an object in a profile document.
extension JSONMembers where Refusal == ProfileError {
  /// Throws `malformed-profile` for each fault; `subject` names the part of the profile that the object is.
  init(_ object: JSONObject, ofProfile subject: String) {
    self.init(object) { fault in
      let problem =
        switch fault {
        case .missing(let name): "\(subject) has no \(name)"
        case .misshapen(let name, _, let wanted): "\(name) of \(subject) is not \(wanted)"
        case .unknown(let name): "\(subject) has an unknown member: \(quoting: name)"
        }
      return ProfileError(.malformedProfile, problem)
    }
  }

  /// Names of a kind, made by `make`; throws `malformed-profile` for one that it does not know.
  fileprivate mutating func names<Name: RawRepresentable<String> & CaseIterable>(
    _ name: ExactText, _ make: (String) -> Name?
  ) throws(ProfileError) -> [Name] {
    guard let texts = try take(name, .strings("an array of strings")) else { return [] }
    let values = texts.compactMap { make($0.text) }
    guard values.count == texts.count else {
      let known = Name.allCases.map(\.rawValue).joined(separator: ", ")
      throw ProfileError(.malformedProfile, "\(name) of the profile has a name that is not one of \(known)")
    }
    return values
  }
}

extension JSONShape where Value == ExactText {
  static var filledText: Self { JSONShape("text that is not empty") { $0.string.flatMap { $0.isEmpty ? nil : $0 } } }
}

extension JSONShape where Value == [ExactText] {
  static var filledTexts: Self {
    let strings = Self.strings("an array of strings")
    return JSONShape(strings.words) { strings.read($0).flatMap { $0.isEmpty ? nil : $0 } }
  }
}

extension JSONShape where Value == [JSONValue] {
  static var filledArray: Self {
    JSONShape("an array that is not empty") { $0.array.flatMap { $0.isEmpty ? nil : Array($0) } }
  }
}

extension JSONShape where Value == TimeSpan {
  static var timeSpan: Self { JSONShape("a time span such as 10m") { $0.string.flatMap { TimeSpan($0.text) } } }
}

extension JSONShape where Value: RawRepresentable<String> & CaseIterable {
  /// One of the raw values.
  static func choice(of type: Value.Type) -> Self {
    JSONShape("one of \(type.allCases.map(\.rawValue).joined(separator: ", "))") { value in
      value.string.flatMap { text in type.allCases.first { $0.rawValue.utf8.elementsEqual(text.text.utf8) } }
    }
  }
}
