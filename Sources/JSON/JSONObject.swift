public import Encodings

/// A JSON object (RFC 8259, section 4) that keeps the order of its members and never contains a name
/// twice.
public struct JSONObject: Sendable, Hashable {
  /// The members, in their order.
  public private(set) var members: JSONList<JSONMember>

  /// An object without members.
  public init() { members = [] }

  /// Takes an object that was read.
  init(_ cursor: JSONCursor) { members = JSONList(in: cursor) }

  /// True if a member has this name, compared by code points.
  public func contains(_ name: ExactText) -> Bool { members.contains(name) }

  /// The value of a name. Setting it keeps the place of a name that exists; nil removes the name.
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
  /// If a name is written twice, its last value counts.
  public init(dictionaryLiteral elements: (ExactText, JSONValue)...) {
    self.init()
    for (name, value) in elements { self[name] = value }
  }
}

/// One name of an object with its value. In an object that was read, each is made on demand.
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

  /// The same as comparing `name`, without making it.
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

/// Names to look for among members, made once for many objects.
public struct JSONNameSet: Sendable {
  private let names: [ExactText]
  /// The first eight bytes of each.
  private let firstWords: [UInt64]

  /// A set of these names.
  public init(_ names: [ExactText]) {
    self.names = names
    firstWords = names.map { $0.withUTF8 { $0.firstWord } }
  }

  /// True if the name of the member is in the set.
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
