public import Encodings
import JSON
public import Messages
public import Signing
public import Tokens

extension ProfileReference {
  /// The ids of the rules in code, which no document may have.
  public static let idsWithoutDocument = [Profile.graphProofID, Profile.entraAssertionID]

  /// See `Profile.graphProof(objectID:clientID:)`.
  public static func graphProof(objectID: ExactText) -> ProfileReference {
    ProfileReference(id: Profile.graphProofID, parameters: ["object-id": .string(objectID)])
  }

  /// See `Profile.entraAssertion`.
  public static func entraAssertion(
    tenant: ExactText, clientID: ExactText, cloud: Cloud? = nil, loginHost: String? = nil,
    audienceForm: AudienceForm? = nil
  ) -> ProfileReference {
    var parameters: JSONObject = ["tenant": .string(tenant), "client-id": .string(clientID)]
    parameters["cloud"] = cloud.map { .string(ExactText($0.rawValue)) }
    parameters["login-host"] = loginHost.map { .string(ExactText($0)) }
    parameters["audience-form"] = audienceForm.map { .string(ExactText($0.rawValue)) }
    return ProfileReference(id: Profile.entraAssertionID, parameters: parameters)
  }

  /// The profile for making and judging a draft: one of Microsoft's by its id, or otherwise that of the document.
  ///
  /// `algorithm` is one that somebody asked for by name. Throws `unknown-profile`, `missing-parameter`,
  /// `unknown-parameter`, `malformed-parameter`, and `malformed-profile` for a document with the id of one of
  /// Microsoft's.
  public func profile(algorithm: SignatureAlgorithm?, publicKey: PublicKey?) throws(ProfileError) -> Profile {
    var profile: Profile
    switch ExactText(id) {
    case ExactText(Profile.graphProofID):
      var parameters = try undocumentedParameters()
      profile = try .graphProof(objectID: try parameters.required("object-id"))
      try parameters.refuseOthers()
    case ExactText(Profile.entraAssertionID):
      var parameters = try undocumentedParameters()
      profile = try .entraAssertion(
        tenant: try parameters.required("tenant"), clientID: try parameters.required("client-id"),
        cloud: try parameters.choice("cloud", Cloud.self) ?? .global,
        loginHost: try parameters.take("login-host")?.text,
        audienceForm: try parameters.choice("audience-form", AudienceForm.self), algorithm: algorithm)
      try parameters.refuseOthers()
    default: profile = try documentedProfile(publicKey: publicKey)
    }
    if let algorithm { profile.algorithms = profile.algorithms.asking(for: [algorithm]) }
    return profile
  }

  private func undocumentedParameters() throws(ProfileError) -> ProfileReferenceParameters {
    guard document == nil else {
      throw ProfileError(
        .malformedProfile,
        "a profile document has the id \(naming: id), which stands for rules that a document cannot express",
        hint: "give the profile an id of its own")
    }
    return ProfileReferenceParameters(parameters, of: id)
  }
}

extension ProfileReference {
  /// A parameter of the profile, as far as it matters for comparing.
  private struct Parameter {
    let name: String
    /// Nil for one that was left out and has no default.
    let value: ExactText?
    /// The same value in letters of one case.
    let caselessForms: [TextForm]

    func isSame(as expected: ExactText) -> Bool {
      guard let value else { return false }
      let isCaseless = caselessForms.contains { $0.matches(value) && $0.matches(expected) }
      return isCaseless ? value.isSameName(as: expected) : value == expected
    }
  }

  /// Throws unless these values, each by the name of its parameter, fill in the profile.
  ///
  /// The values are compared as the profile compares them: GUIDs and host names without regard to case, all others code
  /// point by code point. A parameter that was left out has its default. Throws `unknown-parameter` for one that the
  /// profile does not have, and `parameter-mismatch`.
  public func require(_ expected: [String: ExactText]) throws(ProfileError) {
    let parameters = try filledIn()
    for (name, value) in expected.sorted(by: { $0.key < $1.key }) {
      guard let parameter = parameters.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
        let names = parameters.map(\.name).joined(separator: ", ")
        throw ProfileError(
          .unknownParameter,
          "profile \(naming: id) has no \(naming: name), so it cannot be compared with \(quoting: value)",
          hint: parameters.isEmpty ? nil : "it has: \(names)")
      }
      if parameter.isSame(as: value) { continue }
      let found = parameter.value.map { "is for the \(name) \(ForeignText(quoting: $0.text))" } ?? "has no \(name)"
      throw ProfileError(
        .parameterMismatch, "the signing request \(found), and \(argument: value) is expected",
        hint: "ask the person who prepared it what it is for")
    }
  }

  private func filledIn() throws(ProfileError) -> [Parameter] {
    func parameter(_ name: String, _ forms: [TextForm] = [], orElse value: String? = nil) -> Parameter {
      let value = parameters[ExactText(name)]?.string ?? value.map { ExactText($0) }
      return Parameter(name: name, value: value, caselessForms: forms)
    }
    guard let document else {
      if ExactText(id) == ExactText(Profile.graphProofID) { return [parameter("object-id", [.guid])] }
      let isOfListedCloud = parameters["login-host"] == nil
      return [
        parameter("tenant", [.guid, .hostName]), parameter("client-id", [.guid]),
        parameter("cloud", orElse: isOfListedCloud ? Cloud.global.rawValue : nil), parameter("login-host", [.hostName]),
        parameter("audience-form", orElse: AudienceForm.token.rawValue),
      ]
    }
    let text = JSONWriter.bytes(document)
    return try ProfileDocument(text.span).parameters.map {
      parameter($0.name, [.guid, .hostName].contains($0.form) ? [$0.form] : [], orElse: $0.defaultValue?.text)
    }
  }
}

/// Takes the parameters of a profile one by one and refuses the rest.
struct ProfileReferenceParameters {
  private var values: JSONObject
  private let id: String

  init(_ values: JSONObject, of id: String) {
    self.values = values
    self.id = id
  }

  mutating func take(_ name: ExactText) throws(ProfileError) -> ExactText? {
    guard let value = values[name] else { return nil }
    values[name] = nil
    guard let text = value.string else {
      throw ProfileError(.malformedParameter, "parameter \(name) of profile \(naming: id) is \(value.kind), not text")
    }
    return text
  }

  mutating func required(_ name: ExactText) throws(ProfileError) -> ExactText {
    guard let text = try take(name) else {
      throw ProfileError(.missingParameter, "profile \(naming: id) needs the parameter \(name)")
    }
    return text
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: ExactText, _ type: Choice.Type
  ) throws(ProfileError) -> Choice? where Choice.RawValue == String {
    guard let text = try take(name) else { return nil }
    guard let choice = Choice.allCases.first(where: { ExactText($0.rawValue) == text }) else {
      let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw ProfileError(
        .malformedParameter,
        "parameter \(name) of profile \(naming: id) is \(naming: text), and one of \(names) is needed")
    }
    return choice
  }

  func refuseOthers() throws(ProfileError) {
    guard let first = values.members.first else { return }
    throw ProfileError(.unknownParameter, "profile \(naming: id) has no parameter \(naming: first.name)")
  }
}
