import Encodings

/// The elements of an array or the members of an object, in their order. Those of a text that was read are made on
/// demand.
public struct JSONList<Element: JSONPart>: Sendable, Hashable {
  private enum Storage: Sendable {
    case built([Element])
    case read(JSONCursor)
  }

  private var storage: Storage

  /// A list of these elements, in this order.
  public init(_ elements: [Element]) { storage = .built(elements) }

  init(in cursor: JSONCursor) { storage = .read(cursor) }

  /// Lets the caller change the elements; a list that was read makes all of them first.
  mutating func change(_ body: (inout [Element]) -> Void) {
    var elements =
      switch storage {
      case .built(let elements): elements
      case .read: Array(self)
      }
    // Only one reference is left; otherwise the change would copy all of them.
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
  func contains(_ name: ExactText) -> Bool {
    switch storage {
    case .built(let members): members.contains { $0.hasName(name) }
    case .read(let cursor): cursor.hasMember(name)
    }
  }

  func value(of name: ExactText) -> JSONValue? {
    switch storage {
    case .built(let members): members.first { $0.hasName(name) }?.value
    case .read(let cursor): cursor.value(ofMember: name)
    }
  }
}

extension JSONList: Collection {
  /// The place of an element, or the end.
  public struct Index: Comparable, Sendable {
    fileprivate let place: Int

    public static func < (left: Index, right: Index) -> Bool { left.place < right.place }
  }

  /// The places of the elements, which are not always consecutive.
  private var places: Range<Int> {
    switch storage {
    case .built(let elements): elements.indices
    case .read(let cursor): cursor.places
    }
  }

  public var startIndex: Index { Index(place: places.lowerBound) }
  public var endIndex: Index { Index(place: places.upperBound) }

  /// The number of elements.
  public var count: Int {
    switch storage {
    case .built(let elements): elements.count
    case .read(let cursor): cursor.count
    }
  }

  public func index(after index: Index) -> Index {
    switch storage {
    case .built: Index(place: index.place + 1)
    case .read(let cursor): Index(place: cursor.place(after: index.place))
    }
  }

  /// The element at an index of this list.
  public subscript(_ index: Index) -> Element {
    switch storage {
    case .built(let elements): elements[index.place]
    case .read(let cursor): Element(at: cursor.child(at: index.place))
    }
  }
}

extension JSONList: ExpressibleByArrayLiteral {
  /// A list of these elements, in this order.
  public init(arrayLiteral elements: Element...) { self.init(elements) }
}

/// The content of a `JSONList`: values, or the members of an object.
public protocol JSONPart: Sendable, Hashable {
  /// Takes what was read; only the reader makes cursors.
  init(at cursor: JSONCursor)
}
