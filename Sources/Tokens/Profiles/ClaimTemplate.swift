import Encodings
import JSON
import Messages
import Signing

/// One claim of a profile document: fixed values, values made from parameters, or a value that the user gives.
struct ClaimTemplate: Sendable {
  let name: ExactText
  let presence: Presence
  let form: TextForm
  /// The value, if nothing else is said about it.
  let type: JSONType
  let isGenerated: Bool
  let allowsArray: Bool
  let writesArray: Bool
  let allowsNumber: Bool
  /// Empty if any value of the form or type is accepted.
  let values: [ValueTemplate]

  static func list(_ object: JSONObject?, parameters: [ProfileParameter]) throws(ProfileError) -> [ClaimTemplate] {
    var templates: [ClaimTemplate] = []
    for member in object?.members ?? [] {
      templates.append(try ClaimTemplate(name: member.name, member.value, parameters))
    }
    return templates
  }

  private init(name: ExactText, _ value: JSONValue, _ parameters: [ProfileParameter]) throws(ProfileError) {
    if ["iat", "nbf", "exp"].contains(name) {
      throw ProfileError(.malformedProfile, "claim \(naming: name) of the profile must be under time")
    }
    self.name = name
    let values: [JSONValue]
    if let object = value.object {
      var members = JSONMembers(object, ofProfile: "claim \(naming: name)")
      let single = members.take("value")
      let several = try members.take("values", .filledArray)
      values = several ?? single.map { [$0] } ?? []
      presence = try members.take("presence", .choice(of: Presence.self)) ?? .required
      let form = try members.take("form", .choice(of: TextForm.self))
      let type = try members.take("type", .choice(of: JSONType.self))
      self.form = form ?? .text
      self.type = type ?? .string
      isGenerated = try members.take("generated", .boolean) ?? false
      writesArray = try members.take("array-written", .boolean) ?? false
      allowsArray = try members.take("array-allowed", .boolean) ?? writesArray
      allowsNumber = try members.take("number-allowed", .boolean) ?? false
      try members.refuseOthers()
      if single != nil && several != nil {
        throw ProfileError(.malformedProfile, "claim \(naming: name) of the profile has both value and values")
      }
      if presence == .forbidden && (!values.isEmpty || isGenerated) {
        throw ProfileError(
          .malformedProfile, "claim \(naming: name) of the profile is forbidden but has a value")
      }
      if let type, type != .string, form != nil || isGenerated || !values.isEmpty {
        throw ProfileError(
          .malformedProfile,
          "claim \(naming: name) of the profile has a type, which cannot be combined with value, values, form or generated"
        )
      }
    } else {
      values = [value]
      presence = .required
      form = .text
      type = .string
      isGenerated = false
      allowsArray = false
      writesArray = false
      allowsNumber = false
    }
    if values.contains(where: { $0.string?.isEmpty ?? false }) {
      throw ProfileError(
        .malformedProfile, "claim \(naming: name) of the profile has an empty value, which is not allowed in a token")
    }
    var templates: [ValueTemplate] = []
    for value in values { templates.append(try ValueTemplate(value, parameters)) }
    self.values = templates
  }

  func uses(_ parameter: ProfileParameter) -> Bool { values.contains { $0.uses(parameter) } }

  /// What the first of its values that fits tells of the parameters; nil for a claim that none of them makes.
  func values(in claim: JSONValue) -> (values: [(name: String, value: ExactText)], fixedByteCount: Int)? {
    if values.isEmpty { return ([], 0) }
    let number = allowsNumber ? claim.number?.integer.map { ExactText("\($0)") } : nil
    guard let text = claim.string ?? number else { return nil }
    return values.lazy.compactMap { $0.values(in: text) }.first
  }

  /// Values that cannot be filled in are left out when signing. When verifying, the claim is then not compared.
  func policy(_ parameters: [String: ExactText], publicKey: PublicKey?, isSigning: Bool) -> ClaimPolicy {
    let filled = values.compactMap { $0.filled(parameters, publicKey: publicKey) }
    let isKnown = isSigning ? !filled.isEmpty : filled.count == values.count
    return ClaimPolicy(
      name, expectation(filled, isKnown: isKnown), presence: presence, form: form, isGenerated: isGenerated,
      allowsArray: allowsArray, writesArray: writesArray, allowsNumber: allowsNumber)
  }

  private func expectation(_ filled: [JSONValue], isKnown: Bool) -> ClaimPolicy.Expectation {
    if values.isEmpty { return type == .string ? .anyText : .anyOfType(type) }
    let types = Set(values.map(\.type))
    if !isKnown {
      return types == [.string] ? .unknownText : .unknownOfType(types.count == 1 ? types.first ?? .any : .any)
    }
    return types == [.string] ? .oneOf(filled.compactMap(\.string)) : .oneOfValues(filled)
  }
}

/// A JSON value whose texts may have `{name}` in them. A text that consists only of the name of a parameter of another
/// type becomes a value of that type.
struct ValueTemplate: Sendable {
  private indirect enum Node: Sendable {
    case text(TextTemplate)
    case parameter(String, JSONType)
    case fixed(JSONValue)
    case array([Node])
    case object([(ExactText, Node)])
  }

  private let root: Node

  init(_ value: JSONValue, _ parameters: [ProfileParameter]) throws(ProfileError) {
    root = try Self.node(value, parameters)
  }

  private static func node(_ value: JSONValue, _ parameters: [ProfileParameter]) throws(ProfileError) -> Node {
    switch value {
    case .string(let text):
      let typed = parameters.first { $0.type != .string && ExactText("{\($0.name)}") == text }
      if let typed { return .parameter(typed.name, typed.type) }
      return .text(try TextTemplate(text, parameters))
    case .array(let elements):
      var nodes: [Node] = []
      for element in elements { nodes.append(try node(element, parameters)) }
      return .array(nodes)
    case .object(let object):
      var nodes: [(ExactText, Node)] = []
      for member in object.members { nodes.append((member.name, try node(member.value, parameters))) }
      return .object(nodes)
    default: return .fixed(value)
    }
  }

  /// The type of its value.
  var type: JSONType {
    switch root {
    case .text: .string
    case .parameter(_, let type): type
    case .fixed(let value): JSONType.allCases.first { $0.matches(value) } ?? .any
    case .array: .array
    case .object: .object
    }
  }

  func uses(_ parameter: ProfileParameter) -> Bool { Self.uses(parameter, root) }

  private static func uses(_ parameter: ProfileParameter, _ node: Node) -> Bool {
    switch node {
    case .text(let template): template.uses(parameter)
    case .parameter(let name, _): name.utf8.elementsEqual(parameter.name.utf8)
    case .fixed: false
    case .array(let nodes): nodes.contains { uses(parameter, $0) }
    case .object(let members): members.contains { uses(parameter, $0.1) }
    }
  }

  /// What a text tells of the parameters that it was made of; nil for one that it does not make, and for values of other types.
  func values(in text: ExactText) -> (values: [(name: String, value: ExactText)], fixedByteCount: Int)? {
    if case .text(let template) = root { template.values(in: text) } else { nil }
  }

  /// Nil if a value that it needs is not known.
  func filled(_ parameters: [String: ExactText], publicKey: PublicKey?) -> JSONValue? {
    Self.filled(root, parameters, publicKey)
  }

  private static func filled(
    _ node: Node, _ parameters: [String: ExactText], _ publicKey: PublicKey?
  ) -> JSONValue? {
    switch node {
    case .text(let template): return template.filled(parameters, publicKey: publicKey).map { .string($0) }
    case .parameter(let name, let type): return parameters[name].flatMap { type.value(of: $0) }
    case .fixed(let value): return value
    case .array(let nodes):
      let elements = nodes.compactMap { filled($0, parameters, publicKey) }
      return elements.count == nodes.count ? .array(elements) : nil
    case .object(let members):
      var object = JSONObject()
      for (name, node) in members {
        guard let value = filled(node, parameters, publicKey) else { return nil }
        object[name] = value
      }
      return .object(object)
    }
  }
}

extension JSONType {
  /// The value of this type for a text from the command line or a request; nil if there is none.
  func value(of text: ExactText) -> JSONValue? {
    if self == .string { return .string(text) }
    return (try? JSONReader.value(Array(text.text.utf8))).flatMap { matches($0) ? $0 : nil }
  }
}
