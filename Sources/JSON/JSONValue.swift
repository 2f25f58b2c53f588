public import Encodings
import Messages

/// A JSON array (RFC 8259, section 5).
public typealias JSONArray = JSONList<JSONValue>

/// A JSON value (RFC 8259, section 3).
@nonexhaustive
public enum JSONValue: JSONPart {
  /// The literal `null`.
  case null
  /// The literal `true` or `false`.
  case boolean(Bool)
  /// A number, kept as it was written.
  case number(JSONNumber)
  /// A string, unescaped.
  case string(ExactText)
  /// An array, with its elements in order.
  case array(JSONArray)
  /// An object, with its members in order and no name twice.
  case object(JSONObject)

  /// Takes a value that was read.
  public init(at cursor: JSONCursor) { self = cursor.value }

  /// An array of these elements.
  public static func array(_ elements: [JSONValue]) -> JSONValue { .array(JSONArray(elements)) }

  /// A whole number.
  public static func integer(_ value: Int64) -> JSONValue { .number(JSONNumber(value)) }

  /// The text, if it is a string.
  public var string: ExactText? { if case .string(let value) = self { value } else { nil } }
  /// The number, if it is one.
  public var number: JSONNumber? { if case .number(let value) = self { value } else { nil } }
  /// The array, if it is one.
  public var array: JSONArray? { if case .array(let value) = self { value } else { nil } }
  /// The object, if it is one.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  /// The truth value, if it is one.
  public var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }

  /// The kind of value, for messages: `a string`, `an array`.
  public var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral {
  /// A string.
  public init(stringLiteral text: String) { self = .string(ExactText(text)) }
}

extension JSONValue {
  /// The value for a person, on one line as `ForeignText` shows it. A string is between quotation marks, so that the
  /// text `["a"]` does not look like the array.
  package var printed: String {
    if let string { return "\(quoting: string)" }
    return ForeignText(json: JSONWriter.text(self)).description
  }
}

/// A JSON number (RFC 8259, section 6), kept as it was written: nothing is rounded unless the caller asks for it.
public struct JSONNumber: Sendable, Hashable, CustomStringConvertible {
  /// The number as written.
  public let text: String

  /// Takes text that the grammar has accepted.
  init(grammatical text: String) { self.text = text }

  /// A whole number, in decimal digits.
  public init(_ value: Int64) { text = String(value) }

  public var description: String { text }

  /// True without fraction and exponent.
  public var isInteger: Bool { text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || ASCII.isDigit($0) } }

  /// The value of a number without fraction and exponent; nil for any other, and outside 64 bits.
  ///
  /// A number that the grammar has accepted does not begin with `+`, so only a JSON integer is read.
  public var integer: Int64? { Int64(text) }

  /// The smallest whole number that is not below this one, computed exactly; nil outside 64 bits.
  public var roundedUp: Int64? { integer ?? ExactText(text).withUTF8 { JSONNumberParts($0).roundedUp($0) } }
}

/// The places of the parts of a JSON number (RFC 8259, section 6), so that only the digits that count are looked at.
struct JSONNumberParts {
  let isNegative: Bool
  /// The digits before the point, and those after it.
  let whole: Range<Int>
  let fraction: Range<Int>
  /// Limited to 10⁹ in either direction, which no number of digits can outweigh.
  let exponent: Int

  /// Takes text that the grammar has accepted.
  init(_ text: Span<UInt8>) {
    isNegative = text.count > 0 && text[0] == UInt8(ascii: "-")
    let start = isNegative ? 1 : 0
    whole = start..<text.endOfDigits(from: start)
    var position = whole.upperBound
    if position < text.count, text[position] == UInt8(ascii: ".") {
      fraction = position + 1..<text.endOfDigits(from: position + 1)
      position = fraction.upperBound
    } else {
      fraction = position..<position
    }
    exponent = Self.exponent(text, from: position)
  }

  /// The exponent from its letter on, or 0 at the end of the text.
  private static func exponent(_ text: Span<UInt8>, from letter: Int) -> Int {
    guard letter + 1 < text.count else { return 0 }
    let sign = text[letter + 1]
    let isSigned = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
    let start = text.endOfRun(of: UInt8(ascii: "0"), from: letter + (isSigned ? 2 : 1))
    var value = 0
    for index in start..<max(start, text.count) {
      value = min(value * 10 + Int(text[index] & 0x0F), 1_000_000_000)
      if value == 1_000_000_000 { break }
    }
    return sign == UInt8(ascii: "-") ? -value : value
  }

  /// The smallest whole number that is not below this one; nil outside 64 bits.
  func roundedUp(_ text: Span<UInt8>) -> Int64? {
    guard let leading = firstPlace(text, from: 0) else { return 0 }
    // The number of digits before the point, counted from the first that is not zero, after the exponent has moved the
    // point.
    let wholeDigitCount = whole.count - leading + exponent
    if wholeDigitCount > 19 { return nil }
    var value: Int64 = 0
    for place in leading..<leading + max(wholeDigitCount, 0) {
      let digit = Int64(self.digit(text, at: place))
      let (shifted, overflowsShift) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowsSum) = shifted.addingReportingOverflow(isNegative ? -digit : digit)
      if overflowsShift || overflowsSum { return nil }
      value = sum
    }
    let hasFraction = firstPlace(text, from: leading + max(wholeDigitCount, 0)) != nil
    if !hasFraction || isNegative { return value }
    let (up, overflows) = value.addingReportingOverflow(1)
    return overflows ? nil : up
  }

  /// The digit at a place, counted over the whole part and the fraction; 0 after the last.
  private func digit(_ text: Span<UInt8>, at place: Int) -> UInt8 {
    if place < whole.count { return text[whole.lowerBound + place] & 0x0F }
    let index = fraction.lowerBound + place - whole.count
    return index < fraction.upperBound ? text[index] & 0x0F : 0
  }

  /// The place of the first digit from a place on that is not zero, or nil.
  private func firstPlace(_ text: Span<UInt8>, from place: Int) -> Int? {
    if place < whole.count {
      let index = text.endOfRun(of: UInt8(ascii: "0"), from: whole.lowerBound + place)
      if index < whole.upperBound { return index - whole.lowerBound }
    }
    let start = fraction.lowerBound + max(0, place - whole.count)
    if start >= fraction.upperBound { return nil }
    let index = text.endOfRun(of: UInt8(ascii: "0"), from: start)
    return index < fraction.upperBound ? index - fraction.lowerBound + whole.count : nil
  }
}
