import Encodings

/// A JSON number (RFC 8259, section 6), kept as it was written: nothing is rounded that nobody asks to round.
public struct JSONNumber: Sendable, Hashable, CustomStringConvertible {
  /// The number as written.
  public let text: String

  /// Takes text that the grammar has accepted.
  init(grammatical text: String) { self.text = text }

  public init(_ value: Int64) { text = String(value) }

  public var description: String { text }

  /// True without fraction and exponent.
  public var isInteger: Bool { text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || isDigit($0) } }

  /// The value of a number without fraction and exponent; nil for any other, and outside 64 bits.
  ///
  /// What the grammar has accepted begins with no `+`, so nothing else is read than a JSON integer.
  public var integer: Int64? { Int64(text) }

  /// The least whole number that is not below this one, computed exactly; nil outside 64 bits.
  public var roundedUp: Int64? { integer ?? ExactText(text).withUTF8 { JSONNumberParts($0).roundedUp($0) } }
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
