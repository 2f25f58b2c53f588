/// What a `JSONList` consists of: values, or the members of an object.
public protocol JSONPart: Sendable, Hashable {
  /// Takes what was read.
  init(at cursor: JSONCursor)
}
