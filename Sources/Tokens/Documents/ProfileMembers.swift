import Encodings
import JSON
import Messages
import Signing

/// Reads the members of an object in a profile document and refuses those that nobody asked for.
struct ProfileMembers {
  private var object: JSONObject
  private let subject: String

  init(_ object: JSONObject, _ subject: String) {
    self.object = object
    self.subject = subject
  }

  mutating func take(_ name: ExactText) -> JSONValue? {
    defer { object[name] = nil }
    return object[name]
  }

  mutating func text(_ name: ExactText) throws(ProfileError) -> ExactText? {
    try take(name, "text that is not empty") { $0.string.flatMap { $0.isEmpty ? nil : $0 } }
  }

  mutating func requiredText(_ name: ExactText) throws(ProfileError) -> ExactText {
    guard let text = try text(name) else { throw ProfileError(.malformedProfile, "\(subject) has no \(name)") }
    return text
  }

  mutating func integer(_ name: ExactText) throws(ProfileError) -> Int64? {
    try take(name, "a whole number") { $0.number?.integer }
  }

  mutating func boolean(_ name: ExactText) throws(ProfileError) -> Bool? {
    try take(name, "true or false") { $0.boolean }
  }

  mutating func object(_ name: ExactText) throws(ProfileError) -> JSONObject? {
    try take(name, "an object") { $0.object }
  }

  mutating func span(_ name: ExactText) throws(ProfileError) -> TimeSpan? {
    try take(name, "a time span such as 10m") { $0.string.flatMap { TimeSpan($0.text) } }
  }

  mutating func texts(_ name: ExactText) throws(ProfileError) -> [ExactText]? {
    try take(name, "an array of strings") { value in
      guard let elements = value.array else { return nil }
      let texts = elements.compactMap(\.string)
      return texts.count == elements.count && !texts.isEmpty ? texts : nil
    }
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: ExactText, _ type: Choice.Type
  ) throws(ProfileError) -> Choice? where Choice.RawValue == String {
    try take(name, "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))") { value in
      value.string.flatMap { text in Choice.allCases.first { $0.rawValue.utf8.elementsEqual(text.text.utf8) } }
    }
  }

  mutating func names<Name: RawRepresentable & CaseIterable>(
    _ name: ExactText, of type: Name.Type, _ make: (String) -> Name?
  ) throws(ProfileError) -> [Name]? where Name.RawValue == String {
    guard let texts = try texts(name) else { return nil }
    let values = texts.compactMap { make($0.text) }
    guard values.count == texts.count else {
      throw ProfileError(
        .malformedProfile,
        "\(name) of \(subject) holds a name that is none of \(Name.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return values
  }

  /// Throws `malformed-profile` when a member is left that was not taken.
  func refuseOthers() throws(ProfileError) {
    guard let first = object.members.first else { return }
    throw ProfileError(.malformedProfile, "\(subject) has a member that no profile has: \(quoting: first.name)")
  }

  private mutating func take<Value>(
    _ name: ExactText, _ wanted: String, _ read: (JSONValue) -> Value?
  ) throws(ProfileError) -> Value? {
    guard let value = take(name) else { return nil }
    guard let read = read(value) else {
      throw ProfileError(.malformedProfile, "\(name) of \(subject) is not \(wanted)")
    }
    return read
  }
}
