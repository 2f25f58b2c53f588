/// A JSON string (RFC 8259, section 7), compared by code points.
///
/// `String` compares by canonical equivalence, under which U+212A equals the letter K. RFC 7515, section 5.3, and
/// RFC 7519, section 7.3, ask for code points.
public struct ExactText: Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The text itself, unchanged.
  public let text: String

  @inlinable public init(_ text: String) { self.text = text }
  @inlinable public init(stringLiteral text: String) { self.text = text }

  public var description: String { text }
  /// True if there is no character.
  @inlinable public var isEmpty: Bool { text.utf8.isEmpty }
}

extension ExactText: Hashable {
  @inlinable
  public static func == (left: Self, right: Self) -> Bool {
    if left.text.utf8.count != right.text.utf8.count { return false }
    return left.withUTF8 { left in right.withUTF8 { right in left.isEqual(to: right) } }
  }

  @inlinable
  public func hash(into hasher: inout Hasher) {
    // The closure cannot keep the view.
    withUTF8 { bytes in unsafe bytes.withUnsafeBytes { bytes in unsafe hasher.combine(bytes: bytes) } }
  }
}

extension ExactText {
  /// Calls the closure with the bytes.
  @inlinable @inline(__always)
  package func withUTF8<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    // Quicker than `utf8Span`, most of all for short text. The closure cannot keep the view; every native string has
    // one.
    if let result = unsafe text.utf8.withContiguousStorageIfAvailable({ unsafe body($0.span) }) { return result }
    return body(Array(text.utf8).span)
  }
}
