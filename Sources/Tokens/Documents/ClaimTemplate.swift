import Encodings
import JSON
import Messages
import Signing

/// One claim of a profile document: fixed text, text made of parameters, or text that the user gives.
struct ClaimTemplate: Sendable {
  let name: ExactText
  let presence: Presence
  let form: TextForm
  let isGenerated: Bool
  let allowsArray: Bool
  /// Texts with `{parameter}` in them; empty when any text of the form will do.
  let values: [TextTemplate]

  static func list(_ object: JSONObject?, parameters: [ProfileParameter]) throws(ProfileError) -> [ClaimTemplate] {
    var templates: [ClaimTemplate] = []
    for member in object?.members ?? [] {
      templates.append(try ClaimTemplate(name: member.name, member.value, parameters))
    }
    return templates
  }

  private init(name: ExactText, _ value: JSONValue, _ parameters: [ProfileParameter]) throws(ProfileError) {
    if ["iat", "nbf", "exp"].contains(name) {
      throw ProfileError(.malformedProfile, "claim \(naming: name) of the profile belongs under time")
    }
    self.name = name
    let texts: [ExactText]
    if let text = value.string {
      texts = [text]
      presence = .required
      form = .text
      isGenerated = false
      allowsArray = false
    } else if let object = value.object {
      var members = ProfileMembers(object, "claim \(naming: name)")
      let single = try members.text("value")
      let several = try members.texts("values")
      texts = several ?? single.map { [$0] } ?? []
      presence = try members.choice("presence", Presence.self) ?? .required
      form = try members.choice("form", TextForm.self) ?? .text
      isGenerated = try members.boolean("generated") ?? false
      allowsArray = try members.boolean("array-allowed") ?? false
      try members.refuseOthers()
      if single != nil && several != nil {
        throw ProfileError(.malformedProfile, "claim \(naming: name) of the profile has both value and values")
      }
      if presence == .forbidden && (!texts.isEmpty || isGenerated) {
        throw ProfileError(
          .malformedProfile, "claim \(naming: name) of the profile is forbidden and has a value all the same")
      }
    } else {
      throw ProfileError(.malformedProfile, "claim \(naming: name) of the profile is neither text nor an object")
    }
    if texts.contains(where: \.isEmpty) {
      throw ProfileError(
        .malformedProfile, "claim \(naming: name) of the profile has an empty value, which no token may have")
    }
    var values: [TextTemplate] = []
    for text in texts { values.append(try TextTemplate(text, parameters)) }
    self.values = values
  }

  func uses(_ parameter: ProfileParameter) -> Bool { values.contains { $0.uses(parameter) } }

  /// Values that cannot be filled in are not written when signing; when verifying, the claim is then not compared.
  func policy(_ parameters: [String: ExactText], publicKey: PublicKey?, isSigning: Bool) -> ClaimPolicy {
    let filled = values.compactMap { $0.filled(parameters, publicKey: publicKey) }
    let isKnown = isSigning ? !filled.isEmpty : filled.count == values.count
    let expectation: ClaimPolicy.Expectation = values.isEmpty ? .anyText : isKnown ? .oneOf(filled) : .unknownText
    return ClaimPolicy(
      name, expectation, presence: presence, form: form, isGenerated: isGenerated, allowsArray: allowsArray)
  }
}
