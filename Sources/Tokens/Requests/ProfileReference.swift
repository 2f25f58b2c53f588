public import Encodings
public import JSON
public import Messages
public import Signing

/// The profile that a token was made by, with everything that is needed to judge it by the same rules
/// elsewhere.
public struct ProfileReference: Sendable, Hashable {
  /// The id of the profile.
  public let id: String
  /// The values that fill in the profile, by their names.
  public let parameters: JSONObject
  /// The rules as they were read, once.
  private let rules: ProfileDocument?

  /// The rules themselves, or nil for a profile that no document describes.
  public var document: JSONObject? { rules?.json }

  /// For a profile that code describes; `Entra` has two of them.
  public init(id: String, parameters: JSONObject) {
    self.id = id
    self.parameters = parameters
    rules = nil
  }

  /// For a profile that a document describes, with the values of its parameters.
  public init(_ document: ProfileDocument, parameters: [String: ExactText]) {
    id = document.id
    rules = document
    var values = JSONObject()
    for (name, value) in parameters.sorted(by: { $0.key < $1.key }) { values[ExactText(name)] = .string(value) }
    self.parameters = values
  }

  /// The same parameters under another document, for a reviewer with rules of their own.
  public func replacingDocument(with document: ProfileDocument) throws(ProfileError) -> ProfileReference {
    ProfileReference(document, parameters: try textParameters())
  }

  /// True if the document equals the built-in one with its id, member for member.
  public var isBuiltIn: Bool {
    guard let document else { return true }
    return (try? BuiltInProfiles.document(named: id))?.json == document
  }

  /// The profile that the document describes, to make and judge a draft.
  ///
  /// Throws `unknown-profile` without a document, and what the document and its parameters throw.
  public func documentedProfile(publicKey: PublicKey?) throws(ProfileError) -> Profile {
    guard let rules else {
      throw ProfileError(.unknownProfile, "profile \(naming: id) is unknown, and no document describes it")
    }
    return try rules.profile(parameters: try textParameters(), publicKey: publicKey, isSigning: true)
  }

  private func textParameters() throws(ProfileError) -> [String: ExactText] {
    var values: [String: ExactText] = [:]
    for member in parameters.members {
      guard let text = member.value.string else {
        throw ProfileError(.malformedParameter, "parameter \(naming: member.name) is \(member.value.kind), not text")
      }
      values[member.name.text] = text
    }
    return values
  }
}

// A document defines the rules completely.
extension ProfileReference {
  public static func == (left: ProfileReference, right: ProfileReference) -> Bool {
    left.id == right.id && left.parameters == right.parameters && left.document == right.document
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(id)
    hasher.combine(parameters)
    hasher.combine(document)
  }
}
