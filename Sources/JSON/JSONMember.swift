public import Encodings

/// One name of an object with its value; of one that was read, each is made when it is asked for.
public struct JSONMember: JSONPart {
  private enum Storage: Sendable {
    case built(ExactText, JSONValue)
    case read(JSONCursor)
  }

  private let storage: Storage

  public init(name: ExactText, value: JSONValue) { storage = .built(name, value) }

  /// Takes what was read.
  public init(at cursor: JSONCursor) { storage = .read(cursor) }

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
