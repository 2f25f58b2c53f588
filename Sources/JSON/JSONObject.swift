public import Encodings

/// A JSON object (RFC 8259, section 4) that keeps the order of its members and never holds a name twice.
public struct JSONObject: Sendable, Hashable {
  public private(set) var members: JSONList<JSONMember>

  public init() { members = [] }

  /// Takes what was read and is an object.
  init(_ cursor: JSONCursor) { members = JSONList(in: cursor) }

  public func contains(_ name: ExactText) -> Bool { members.contains(name) }

  /// The value of a name; setting keeps the place of a name that is there, and nil removes it.
  public subscript(_ name: ExactText) -> JSONValue? {
    get { members.value(of: name) }
    set {
      members.change { members in
        switch (members.firstIndex { $0.hasName(name) }, newValue) {
        case (let index?, let value?): members[index] = JSONMember(name: name, value: value)
        case (let index?, nil): members.remove(at: index)
        case (nil, let value?): members.append(JSONMember(name: name, value: value))
        case (nil, nil): break
        }
      }
    }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// A name that is written twice keeps its last value.
  public init(dictionaryLiteral elements: (ExactText, JSONValue)...) {
    self.init()
    for (name, value) in elements { self[name] = value }
  }
}
