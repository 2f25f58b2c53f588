/// What a `JSONList` consists of: values, or the members of an object.
public protocol JSONPart: Sendable, Hashable {
  /// Takes what was read; nobody but the reader has a cursor to give.
  init(at cursor: JSONCursor)
}
