public import Encodings

/// A JSON object (RFC 8259, section 4) that keeps the order of its members and never holds a name twice.
public struct JSONObject: Sendable, Hashable {
  /// The members, in their order.
  public private(set) var members: JSONList<JSONMember>

  /// An object without members.
  public init() { members = [] }

  /// Takes what was read and is an object.
  init(_ cursor: JSONCursor) { members = JSONList(in: cursor) }

  /// True if a member has this name, compared code point by code point.
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

/// One name of an object with its value; of one that was read, each is made when it is asked for.
public struct JSONMember: JSONPart {
  private enum Storage: Sendable {
    case built(ExactText, JSONValue)
    case read(JSONCursor)
  }

  private let storage: Storage

  /// A member with a name and a value.
  public init(name: ExactText, value: JSONValue) { storage = .built(name, value) }

  /// Takes what was read.
  public init(at cursor: JSONCursor) { storage = .read(cursor) }

  /// The name, unescaped.
  public var name: ExactText {
    switch storage {
    case .built(let name, _): name
    case .read(let cursor): cursor.name
    }
  }

  /// The same as comparing `name`, which need not be made for it.
  public func hasName(_ name: ExactText) -> Bool {
    switch storage {
    case .built(let own, _): own == name
    case .read(let cursor): cursor.hasName(name)
    }
  }

  var firstWordOfName: UInt64 {
    switch storage {
    case .built(let name, _): name.withUTF8 { $0.firstWord }
    case .read(let cursor): cursor.firstWordOfName
    }
  }

  /// The value.
  public var value: JSONValue {
    switch storage {
    case .built(_, let value): value
    case .read(let cursor): cursor.value
    }
  }

  public static func == (left: Self, right: Self) -> Bool { left.name == right.name && left.value == right.value }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(value)
  }
}

/// Names that members are looked for by, made once where many objects are judged.
public struct JSONNameSet: Sendable {
  private let names: [ExactText]
  /// The first eight bytes of each.
  private let firstWords: [UInt64]

  /// A set of these names.
  public init(_ names: [ExactText]) {
    self.names = names
    firstWords = names.map { $0.withUTF8 { $0.firstWord } }
  }

  /// True if it holds the name of the member.
  public func contains(nameOf member: JSONMember) -> Bool {
    let firstWord = member.firstWordOfName
    // By index, because a loop over the names would count references to each.
    for index in firstWords.indices where firstWords[index] == firstWord {
      if member.hasName(names[index]) { return true }
    }
    return false
  }
}

extension JSONNameSet: ExpressibleByArrayLiteral {
  /// A set of these names.
  public init(arrayLiteral names: ExactText...) { self.init(names) }
}
