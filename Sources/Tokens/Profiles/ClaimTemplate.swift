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
      var members = JSONMembers(object, ofProfile: "claim \(naming: name)")
      let single = try members.take("value", .filledText)
      let several = try members.take("values", .filledTexts)
      texts = several ?? single.map { [$0] } ?? []
      presence = try members.take("presence", .choice(of: Presence.self)) ?? .required
      form = try members.take("form", .choice(of: TextForm.self)) ?? .text
      isGenerated = try members.take("generated", .boolean) ?? false
      allowsArray = try members.take("array-allowed", .boolean) ?? false
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

/// Text with `{name}` where the value of a parameter belongs; `{{` and `}}` stand for the braces themselves.
struct TextTemplate: Sendable, Hashable {
  private enum Part: Sendable, Hashable {
    case text(String)
    case parameter(String)
    /// Standard base64 of the SHA-256 of the public key's SubjectPublicKeyInfo.
    case publicKeyFingerprint
  }

  private let parts: [Part]

  static let fingerprintName: ExactText = "public-key-sha256"

  init(_ text: ExactText, _ parameters: [ProfileParameter]) throws(ProfileError) {
    func malformed(_ problem: String) -> ProfileError {
      ProfileError(.malformedProfile, "the profile's template \(quoting: text) \(problem)")
    }
    var parts: [Part] = []
    var literal = ""
    var rest = text.text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if (scalar == "{" || scalar == "}") && rest.first == scalar {
        rest.removeFirst()
        literal.unicodeScalars.append(scalar)
      } else if scalar == "{" {
        guard let end = rest.firstIndex(of: "}") else { throw malformed("has a brace that is not closed") }
        let name = String(rest[..<end])
        rest = rest[rest.index(after: end)...]
        if !literal.isEmpty { parts.append(.text(literal)) }
        literal = ""
        if ExactText(name) == Self.fingerprintName {
          parts.append(.publicKeyFingerprint)
        } else if parameters.contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
          parts.append(.parameter(name))
        } else {
          throw malformed("uses \(quoting: name), which is no parameter")
        }
      } else if scalar == "}" {
        throw malformed("has a brace that was not opened")
      } else {
        literal.unicodeScalars.append(scalar)
      }
    }
    if !literal.isEmpty { parts.append(.text(literal)) }
    self.parts = parts
  }

  func uses(_ parameter: ProfileParameter) -> Bool { parts.contains(.parameter(parameter.name)) }

  /// Nil when a value that it needs is not known.
  func filled(_ parameters: [String: ExactText], publicKey: PublicKey?) -> ExactText? {
    var text = ""
    for part in parts {
      switch part {
      case .text(let literal): text += literal
      case .parameter(let name):
        guard let value = parameters[name] else { return nil }
        text += value.text
      case .publicKeyFingerprint:
        guard let publicKey else { return nil }
        text += Base64.standard.text(publicKey.sha256Fingerprint)
      }
    }
    return ExactText(text)
  }
}
