public import Encodings
import JSON
public import Messages
public import Tokens
public import Signing

extension ProfileReference {
  private static let graphProofID = "graph-proof"
  private static let entraAssertionID = "entra-assertion"

  /// The ids that mean rules in code, so that no document may have them.
  public static let idsWithoutDocument = [graphProofID, entraAssertionID]

  /// See `Profile.graphProof(objectID:clientID:)`.
  public static func graphProof(objectID: ExactText) -> ProfileReference {
    ProfileReference(id: graphProofID, parameters: ["object-id": .string(objectID)])
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
    return ProfileReference(id: entraAssertionID, parameters: parameters)
  }

  /// The profile that is meant, for making and judging a draft: one of Microsoft's by its id, else the document's.
  ///
  /// `algorithm` is one that somebody asked for by name. Throws `unknown-profile`, `missing-parameter`, `unknown-parameter`,
  /// `malformed-parameter`, and `malformed-profile` for a document that takes the id of one of Microsoft's.
  public func profile(algorithm: SignatureAlgorithm?, publicKey: PublicKey?) throws(ProfileError) -> Profile {
    var profile: Profile
    switch ExactText(id) {
    case ExactText(Self.graphProofID):
      var parameters = try undocumentedParameters()
      profile = try .graphProof(objectID: try parameters.required("object-id"))
      try parameters.refuseOthers()
    case ExactText(Self.entraAssertionID):
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
        .malformedProfile, "a profile document has the id \(naming: id), which means rules that no document can say",
        hint: "give the profile an id of its own")
    }
    return ProfileReferenceParameters(parameters, of: id)
  }
}
