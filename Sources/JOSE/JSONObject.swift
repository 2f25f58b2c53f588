/// A JSON object (RFC 8259, section 4) that keeps the order of its members and never holds a name twice.
public struct JSONObject: Sendable, Hashable {
  /// One name with its value.
  public struct Member: Sendable, Hashable {
    public let name: JSONString
    public let value: JSONValue

    public init(name: JSONString, value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  public private(set) var members: [Member] = []

  public init() {}

  /// Takes members whose names the reader has found to differ.
  init(distinct members: [Member]) { self.members = members }

  /// The value of a name; setting keeps the place of a name that is there, and nil removes it.
  public subscript(_ name: JSONString) -> JSONValue? {
    get {
      let members = members.span
      return name.withUTF8 { name in
        // By index, because a loop over the members would copy each.
        for index in members.indices where members[index].name.withUTF8({ $0.isEqual(to: name) }) {
          return members[index].value
        }
        return nil
      }
    }
    set {
      let index = members.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): members[index] = Member(name: name, value: value)
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(name: name, value: value))
      case (nil, nil): break
      }
    }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// A name that is written twice keeps its last value.
  public init(dictionaryLiteral elements: (JSONString, JSONValue)...) {
    for (name, value) in elements { self[name] = value }
  }
}
