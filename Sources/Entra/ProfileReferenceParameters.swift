import Encodings
import JSON
import Messages
import Tokens
import Signing

/// Takes the parameters of a profile one by one and refuses those that nobody asked for.
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
