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
    // What is not even canonically equivalent differs, and in ASCII nothing else is; String finds both out fast.
    left.text == right.text
      && (left.text.utf8Span.isKnownASCII && right.text.utf8Span.isKnownASCII
        || left.text.utf8.elementsEqual(right.text.utf8))
  }

  public func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}
