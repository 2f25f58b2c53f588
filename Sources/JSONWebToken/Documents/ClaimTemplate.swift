import JOSE
import Signing

/// One claim of a profile document: fixed text, text made of parameters, or text that the user gives.
struct ClaimTemplate: Sendable {
  let name: JSONString
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

  private init(name: JSONString, _ value: JSONValue, _ parameters: [ProfileParameter]) throws(ProfileError) {
    if ["iat", "nbf", "exp"].contains(name) {
      throw ProfileError(.malformedProfile, "claim \(name) of the profile belongs under time")
    }
    self.name = name
    let texts: [JSONString]
    if let text = value.string {
      texts = [text]
      presence = .required
      form = .text
      isGenerated = false
      allowsArray = false
    } else if let object = value.object {
      var members = ProfileMembers(object, "claim \(name)")
      let single = try members.text("value")
      texts = try members.texts("values") ?? single.map { [$0] } ?? []
      presence = try members.choice("presence", Presence.self) ?? .required
      form = try members.choice("form", TextForm.self) ?? .text
      isGenerated = try members.boolean("generated") ?? false
      allowsArray = try members.boolean("array-allowed") ?? false
      try members.refuseOthers()
    } else {
      throw ProfileError(.malformedProfile, "claim \(name) of the profile is neither text nor an object")
    }
    var values: [TextTemplate] = []
    for text in texts { values.append(try TextTemplate(text, parameters)) }
    self.values = values
  }

  func policy(_ parameters: [String: JSONString], publicKey: PublicKey?) -> ClaimPolicy {
    let filled = values.compactMap { $0.filled(parameters, publicKey: publicKey) }
    let expectation: ClaimPolicy.Expectation =
      if !filled.isEmpty { .oneOf(filled) } else if values.isEmpty { .anyText } else { .unknownText }
    return ClaimPolicy(
      name, expectation, presence: presence, form: form, isGenerated: isGenerated, allowsArray: allowsArray)
  }
}
