package import Encodings

/// The members of one object, read by name as a format wants them. A mistake in one becomes an error of that format.
///
/// A format takes or requires the members that it knows, each in a shape, and in the end refuses or ignores the others:
///
///     var members = JSONMembers(object) { fault in MyError(fault) }
///     let id = try members.require("id", .text)
///     let isOptional = try members.take("optional", .boolean) ?? false
///     try members.refuseOthers()
package struct JSONMembers<Refusal: Error> {
  /// A mistake in a member; the format words it.
  package enum Fault {
    case missing(ExactText)
    /// Its value does not have the described shape: `a whole number`.
    case misshapen(ExactText, JSONValue, wanted: String)
    /// No member of that name was asked for.
    case unknown(ExactText)
  }

  private let object: JSONObject
  private let ignoresNull: Bool
  private let refusal: (Fault) -> Refusal
  private var asked: [ExactText] = []

  /// With `ignoresNull`, a member that is null counts as missing.
  package init(_ object: JSONObject, ignoringNull ignoresNull: Bool = false, refusal: @escaping (Fault) -> Refusal) {
    self.object = object
    self.ignoresNull = ignoresNull
    self.refusal = refusal
  }

  /// The value of a member in any shape; nil if there is none.
  package mutating func take(_ name: ExactText) -> JSONValue? {
    asked.append(name)
    let value = object[name]
    return ignoresNull && value == .null ? nil : value
  }

  /// The value of a member that may be missing.
  package mutating func take<Value>(_ name: ExactText, _ shape: JSONShape<Value>) throws(Refusal) -> Value? {
    guard let value = take(name) else { return nil }
    guard let read = shape.read(value) else { throw refusal(.misshapen(name, value, wanted: shape.words)) }
    return read
  }

  /// The value of a member that must be there.
  package mutating func require<Value>(_ name: ExactText, _ shape: JSONShape<Value>) throws(Refusal) -> Value {
    guard let value = try take(name, shape) else { throw refusal(.missing(name)) }
    return value
  }

  /// Throws if there is a member that was not asked for.
  package func refuseOthers() throws(Refusal) {
    for member in object.members where !asked.contains(where: member.hasName) { throw refusal(.unknown(member.name)) }
  }
}

/// What the value of a member should be: the words for messages, and how it is read.
package struct JSONShape<Value> {
  package let words: String
  package let read: (JSONValue) -> Value?

  /// `read` returns nil for a value of another shape.
  package init(_ words: String, read: @escaping (JSONValue) -> Value?) {
    self.words = words
    self.read = read
  }
}

extension JSONShape where Value == ExactText {
  package static var string: Self { JSONShape("a string") { $0.string } }
}

extension JSONShape where Value == Int64 {
  package static var integer: Self { JSONShape("a whole number") { $0.number?.integer } }
}

extension JSONShape where Value == Bool {
  package static var boolean: Self { JSONShape("true or false") { $0.boolean } }
}

extension JSONShape where Value == JSONObject {
  package static var object: Self { JSONShape("an object") { $0.object } }
}

extension JSONShape where Value == [ExactText] {
  /// An array of strings, which may be empty.
  package static func strings(_ words: String) -> Self {
    JSONShape(words) { value in
      guard let elements = value.array else { return nil }
      let texts = elements.compactMap(\.string)
      return texts.count == elements.count ? texts : nil
    }
  }
}
