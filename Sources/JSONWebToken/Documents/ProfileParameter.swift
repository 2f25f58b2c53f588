public import JOSE

/// A value that the user of a profile document fills in.
public struct ProfileParameter: Sendable, Hashable {
  public let name: String
  /// What it is, for people.
  public let about: String?
  public let form: TextForm
  /// The only values it may have, when there are such.
  public let choices: [JSONString]?
  public let defaultValue: JSONString?
  /// True when claims that use it may be left out.
  public let isOptional: Bool

  static func list(_ object: JSONObject?) throws(ProfileError) -> [ProfileParameter] {
    var parameters: [ProfileParameter] = []
    for member in object?.members ?? [] {
      guard let description = member.value.object else {
        throw ProfileError(.malformedProfile, "parameter \(member.name) of the profile is not an object")
      }
      parameters.append(try ProfileParameter(name: member.name, description))
    }
    return parameters
  }

  private init(name: JSONString, _ object: JSONObject) throws(ProfileError) {
    self.name = name.text
    var members = ProfileMembers(object, "parameter \(name)")
    about = try members.text("about")?.text
    form = try members.choice("form", TextForm.self) ?? .text
    choices = try members.texts("one-of")
    defaultValue = try members.text("default")
    isOptional = try members.boolean("optional") ?? false
    try members.refuseOthers()
  }

  func accepts(_ value: JSONString) -> Bool { form.matches(value) && choices?.contains(value) ?? true }

  var formSummary: String { choices.map { "one of \($0.map(\.text).joined(separator: ", "))" } ?? form.summary }
}
