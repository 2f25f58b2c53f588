/// A JSON string (RFC 8259, section 7), compared by code points.
///
/// `String` itself compares by canonical equivalence, under which U+212A is the letter K: not what RFC 7515,
/// section 5.3, and RFC 7519, section 7.3, ask for.
public struct JSONString: Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  public let text: String

  public init(_ text: String) { self.text = text }
  public init(stringLiteral text: String) { self.text = text }

  public var description: String { text }
  public var isEmpty: Bool { text.utf8.isEmpty }
}

extension JSONString: Hashable {
  public static func == (left: Self, right: Self) -> Bool {
    if left.text.utf8.count != right.text.utf8.count { return false }
    // In ASCII nothing but the same bytes is canonically equivalent, and String is fastest. Beyond it String would
    // normalise, which a long run of combining marks makes slow.
    if left.text.utf8Span.isKnownASCII && right.text.utf8Span.isKnownASCII { return left.text == right.text }
    let (left, right) = (left.text.utf8Span.span, right.text.utf8Span.span)
    for index in left.indices where left[index] != right[index] { return false }
    return true
  }

  public func hash(into hasher: inout Hasher) {
    // The view ends with the call.
    unsafe text.utf8Span.span.withUnsafeBytes { bytes in unsafe hasher.combine(bytes: bytes) }
  }
}
