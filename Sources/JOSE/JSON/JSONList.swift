/// The elements of an array or the members of an object, in their order; those that were read are made when they are asked for.
public struct JSONList<Element: JSONPart>: Sendable, Hashable {
  private enum Storage: Sendable {
    case built([Element])
    case read(JSONCursor)
  }

  private var storage: Storage

  public init(_ elements: [Element]) { storage = .built(elements) }

  init(in cursor: JSONCursor) { storage = .read(cursor) }

  /// Lends the elements to be changed; of those that were read it makes all.
  mutating func change(_ body: (inout [Element]) -> Void) {
    var elements =
      switch storage {
      case .built(let elements): elements
      case .read: Array(self)
      }
    // Only one reference is left, or the change would copy all of them.
    storage = .built([])
    body(&elements)
    storage = .built(elements)
  }

  public static func == (left: Self, right: Self) -> Bool { left.count == right.count && left.elementsEqual(right) }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    for element in self { hasher.combine(element) }
  }
}

extension JSONList where Element == JSONMember {
  func contains(_ name: JSONString) -> Bool {
    switch storage {
    case .built(let members): members.contains { $0.hasName(name) }
    case .read(let cursor): cursor.hasMember(name)
    }
  }

  func value(of name: JSONString) -> JSONValue? {
    switch storage {
    case .built(let members): members.first { $0.hasName(name) }?.value
    case .read(let cursor): cursor.value(ofMember: name)
    }
  }
}

extension JSONList: Collection {
  public var startIndex: Int {
    switch storage {
    case .built: 0
    case .read(let cursor): cursor.places.lowerBound
    }
  }

  public var endIndex: Int {
    switch storage {
    case .built(let elements): elements.count
    case .read(let cursor): cursor.places.upperBound
    }
  }

  public var count: Int {
    switch storage {
    case .built(let elements): elements.count
    case .read(let cursor): cursor.count
    }
  }

  /// Of a list that was read, indices need not follow each other by ones.
  public func index(after index: Int) -> Int {
    switch storage {
    case .built: index + 1
    case .read(let cursor): cursor.place(after: index)
    }
  }

  public subscript(_ index: Int) -> Element {
    switch storage {
    case .built(let elements): elements[index]
    case .read(let cursor): Element(at: cursor.child(at: index))
    }
  }
}

extension JSONList: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: Element...) { self.init(elements) }
}
