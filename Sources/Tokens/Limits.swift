public import JSON

/// Every limit on what is parsed, for parsers and verifiers alike. Input beyond one of them is refused, not cut.
public enum Limits {
  /// The longest compact serialization and the longest JSON text in a token, in bytes: 64 KiB.
  public static let byteCount = JSONLimits.token.byteCount
  /// The most bytes to read of a file or stream that should contain a token. The length of the token itself is checked
  /// later.
  public static let inputByteCount = 1 << 20
  /// The exact number of segments of a compact serialization.
  public static let segmentCount = 3
  /// How deep arrays and objects may be nested; the outermost counts as one.
  public static let depth = JSONLimits.token.depth
  /// The most members of objects and elements of arrays in one JSON text, nested ones counted.
  public static let elementCount = JSONLimits.token.elementCount
  /// The same for a header, which has a dozen names at the most and `certificateCount` certificates.
  public static let headerElementCount = 128
  /// The most certificates in an `x5c` header.
  public static let certificateCount = 16
  /// The longest signing input, in bytes, for which a bad signature is diagnosed. No profile has longer tokens, and a
  /// hostile one must not cost more hashing.
  public static let diagnosedByteCount = 8_192
}

extension JSONLimits {
  /// The header of a token.
  public static let header = JSONLimits(
    byteCount: Limits.byteCount, depth: Limits.depth, elementCount: Limits.headerElementCount)
  /// A signing request, which has header, claims and profile one level deeper, and the first two also in encoded form.
  public static let signingRequest = JSONLimits(
    byteCount: Limits.byteCount * 8, depth: Limits.depth + 2, elementCount: Limits.elementCount * 4)
  /// A saved answer of a service: 1 MiB, because one answer can contain many certificates.
  public static let savedAnswer = JSONLimits(byteCount: 1 << 20, depth: Limits.depth, elementCount: 16_384)
  /// The credentials of an object as PowerShell writes them, with an element for each byte of a certificate: 1 MiB.
  public static let savedRegistration = JSONLimits(byteCount: 1 << 20, depth: Limits.depth * 2, elementCount: 1 << 19)
  /// A file with a listing of many objects: 64 MiB.
  public static let savedListing = JSONLimits(byteCount: 1 << 26, depth: Limits.depth * 2, elementCount: 1 << 22)
}
