public import JSON

/// Every bound on what is parsed, for parsers and verifiers alike; past one of them input is refused, not cut.
public enum Limits {
  /// The longest compact serialization and the longest JSON text in a token, in bytes: 64 KiB.
  public static let byteCount = JSONLimits.token.byteCount
  /// The most that is read of a file or stream that should hold a token, in bytes: what a token may have is judged later.
  public static let inputByteCount = 1 << 20
  /// How many segments a compact serialization has, none more and none fewer.
  public static let segmentCount = 3
  /// How deep arrays and objects may be nested; the outermost counts as one.
  public static let depth = JSONLimits.token.depth
  /// The most members of objects and elements of arrays in one JSON text, nested ones counted.
  public static let elementCount = JSONLimits.token.elementCount
  /// The same for a header, which has a dozen names at the most and `certificateCount` certificates.
  public static let headerElementCount = 128
  /// The most certificates in an `x5c` header.
  public static let certificateCount = 16
  /// The longest signing input, in bytes, of which it is asked how a bad signature came about: no profile's tokens are longer,
  /// and a hostile one shall not cost more hashing.
  public static let diagnosedByteCount = 8_192
}

extension JSONLimits {
  /// The header of a token.
  public static let header = JSONLimits(
    byteCount: Limits.byteCount, depth: Limits.depth, elementCount: Limits.headerElementCount)
  /// A signing request, which holds header, claims and profile one deeper, and the first two of them encoded besides.
  public static let signingRequest = JSONLimits(
    byteCount: Limits.byteCount * 8, depth: Limits.depth + 2, elementCount: Limits.elementCount * 4)
  /// What a service answered and somebody saved: 1 MiB, since one answer can hold many certificates.
  public static let savedAnswer = JSONLimits(byteCount: 1 << 20, depth: Limits.depth, elementCount: 16_384)
  /// What is registered on an object, as PowerShell writes it, with an element for each byte of a certificate: 1 MiB.
  public static let savedRegistration = JSONLimits(byteCount: 1 << 20, depth: Limits.depth * 2, elementCount: 1 << 19)
  /// A file with a listing of many objects: 64 MiB.
  public static let savedListing = JSONLimits(byteCount: 1 << 26, depth: Limits.depth * 2, elementCount: 1 << 22)
}
