public import Encodings
import JSON
import Messages
import Signing

/// A value that the user of a profile document fills in.
public struct ProfileParameter: Sendable, Hashable {
  public let name: String
  /// What it is, for people.
  public let about: String?
  public let form: TextForm
  /// The only values it may have, when there are such.
  public let choices: [ExactText]?
  public let defaultValue: ExactText?
  /// True when claims that use it may be left out.
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
    var members = ProfileMembers(object, "parameter \(naming: name)")
    about = try members.text("about")?.text
    form = try members.choice("form", TextForm.self) ?? .text
    choices = try members.texts("one-of")
    defaultValue = try members.text("default")
    isOptional = try members.boolean("optional") ?? false
    try members.refuseOthers()
    if let odd = choices?.first(where: { !form.matches($0) }) ?? defaultValue, !accepts(odd) {
      throw ProfileError(
        .malformedProfile, "parameter \(naming: name) of the profile offers \(quoting: odd), which it would not accept")
    }
  }

  /// ASCII, so that no two names are canonically equivalent, and fit for the command line and between braces.
  private static func isName(_ name: ExactText) -> Bool {
    !name.isEmpty && name != TextTemplate.fingerprintName
      && name.text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
      }
  }

  func accepts(_ value: ExactText) -> Bool { form.matches(value) && choices?.contains(value) ?? true }

  var formSummary: String {
    choices.map { "one of \($0.map { "\(quoting: $0)" }.joined(separator: ", "))" } ?? form.summary
  }
}
