import Encodings
import JSON
import Messages
import Signing

/// Reads the members of an object in a signing request, each of which must be there, and refuses all others.
struct SigningRequestMembers {
  private var object: JSONObject
  private let subject: String

  init(_ object: JSONObject, _ subject: String) {
    self.object = object
    self.subject = subject
  }

  mutating func text(_ name: ExactText) throws(SigningRequestError) -> ExactText {
    try take(name, "text") { $0.string }
  }

  mutating func texts(_ name: ExactText) throws(SigningRequestError) -> [ExactText] {
    try take(name, "an array of text") { value in
      guard let elements = value.array else { return nil }
      let texts = elements.compactMap(\.string)
      return texts.count == elements.count ? texts : nil
    }
  }

  mutating func object(_ name: ExactText) throws(SigningRequestError) -> JSONObject {
    try take(name, "an object") { $0.object }
  }

  mutating func integer(_ name: ExactText) throws(SigningRequestError) -> Int64 {
    try take(name, "a whole number") { $0.number?.integer }
  }

  /// For a member that may be absent.
  mutating func objectIfPresent(_ name: ExactText) throws(SigningRequestError) -> JSONObject? {
    object[name] == nil ? nil : try object(name)
  }

  mutating func textIfPresent(_ name: ExactText) throws(SigningRequestError) -> ExactText? {
    object[name] == nil ? nil : try text(name)
  }

  /// Throws when a member is left that was not taken.
  func refuseOthers() throws(SigningRequestError) {
    guard let first = object.members.first else { return }
    throw SigningRequestError(.malformed, "\(subject) has a member that none has: \(quoting: first.name)")
  }

  private mutating func take<Value>(
    _ name: ExactText, _ wanted: String, _ read: (JSONValue) -> Value?
  ) throws(SigningRequestError) -> Value {
    guard let value = object[name] else { throw SigningRequestError(.malformed, "\(subject) has no \(name)") }
    object[name] = nil
    guard let read = read(value) else {
      throw SigningRequestError(.malformed, "\(name) of \(subject) is \(value.kind), not \(wanted)")
    }
    return read
  }
}
