/// Every bound on what is parsed, for parsers and verifiers alike; past one of them input is refused, not cut.
public enum Limits {
  /// The longest compact serialization and the longest JSON text, in bytes: 64 KiB.
  public static let byteCount = 65_536
  /// How deep arrays and objects may be nested; the outermost counts as one.
  public static let depth = 16
  /// The most members of objects and elements of arrays in one JSON text, nested ones counted.
  public static let elementCount = 1_024
  /// The most certificates in an `x5c` header.
  public static let certificateCount = 16
}
