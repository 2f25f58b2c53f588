/// The bounds on one JSON text; past one of them it is refused, not cut.
public struct JSONLimits: Sendable, Hashable {
  /// The most bytes.
  public let byteCount: Int
  /// How deep arrays and objects may be nested; the outermost counts as one.
  public let depth: Int
  /// The most members of objects and elements of arrays, nested ones counted.
  public let elementCount: Int

  public init(byteCount: Int, depth: Int, elementCount: Int) {
    self.byteCount = byteCount
    self.depth = depth
    self.elementCount = elementCount
  }

  /// The JSON of a token, its claims, keys and profiles: 64 KiB, 16 deep, 1,024 elements.
  public static let token = JSONLimits(byteCount: 65_536, depth: 16, elementCount: 1_024)
}
