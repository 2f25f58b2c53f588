import Encodings
public import Signing

/// Seconds since 1970-01-01T00:00:00Z without leap seconds (RFC 7519, section 2).
public struct NumericDate: Sendable, Hashable, Comparable {
  /// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
  public let seconds: Int64

  public init(seconds: Int64) { self.seconds = seconds }

  /// 9999-12-31T23:59:59Z: no token or certificate means a later date.
  public static let latest = NumericDate(seconds: 253_402_300_799)
  /// 0000-01-01T00:00:00Z, the earliest that RFC 3339 can write.
  public static let earliest = NumericDate(seconds: -62_167_219_200)

  public static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }

  /// The date this much later, limited to 64 bits.
  public static func + (date: Self, span: TimeSpan) -> NumericDate {
    let (sum, overflows) = date.seconds.addingReportingOverflow(span.seconds)
    return NumericDate(seconds: overflows ? (span.seconds > 0 ? .max : .min) : sum)
  }

  /// The date this much earlier, limited to 64 bits.
  public static func - (date: Self, span: TimeSpan) -> NumericDate {
    let (difference, overflows) = date.seconds.subtractingReportingOverflow(span.seconds)
    return NumericDate(seconds: overflows ? (span.seconds > 0 ? .min : .max) : difference)
  }

  /// The time from the right date to the left, limited to 64 bits.
  public static func - (left: Self, right: Self) -> TimeSpan {
    let (difference, overflows) = left.seconds.subtractingReportingOverflow(right.seconds)
    return TimeSpan(seconds: overflows ? (left > right ? .max : -.max) : difference)
  }
}

extension NumericDate: CustomStringConvertible {
  /// RFC 3339 in UTC, `2026-11-21T14:00:00Z`. Outside the years 0 to 9999 it is the bare number of seconds.
  public var description: String { CalendarDay.text(ofSecondsSince1970: seconds) }
}

extension NumericDate {
  /// Reads RFC 3339 (section 5.6) with `Z` or a numeric offset and whole seconds; nil for anything else, also for dates
  /// that do not exist and for a time without zone.
  public init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 20 || bytes.count == 25,
      bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), ASCII.lowercased(bytes[10]) == UInt8(ascii: "t"),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
      let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]), let day = Self.number(bytes[8..<10]),
      let hour = Self.number(bytes[11..<13]), let minute = Self.number(bytes[14..<16]),
      let second = Self.number(bytes[17..<19]), hour < 24, minute < 60, second < 60,
      let date = CalendarDay(year: year, month: month, day: day),
      let offset = Self.offset(bytes[19...])
    else { return nil }
    seconds = date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second - offset
    // In UTC, an offset may lead out of the years that can be written.
    if self < .earliest || self > .latest { return nil }
  }

  /// Reads the same, also with a fraction of a second, which is dropped: services write dates in either form.
  public init?(rfc3339DroppingFraction text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count > 20, bytes[19] == UInt8(ascii: ".") else {
      self.init(rfc3339: text)
      return
    }
    let fraction = bytes[20...].prefix { ASCII.isDigit($0) }
    let whole = Array(bytes[..<19]) + bytes[fraction.endIndex...]
    guard !fraction.isEmpty, let whole = String(validating: whole, as: UTF8.self) else { return nil }
    self.init(rfc3339: whole)
  }

  private static func offset(_ text: ArraySlice<UInt8>) -> Int64? {
    guard let sign = text.first else { return nil }
    if text.count == 1 { return ASCII.lowercased(sign) == UInt8(ascii: "z") ? 0 : nil }
    let start = text.startIndex
    guard text.count == 6, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), text[start + 3] == UInt8(ascii: ":"),
      let hours = number(text[(start + 1)..<(start + 3)]), let minutes = number(text[(start + 4)...]), hours < 24,
      minutes < 60
    else { return nil }
    return (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    var value: Int64 = 0
    for digit in digits {
      guard ASCII.isDigit(digit) else { return nil }
      value = value * 10 + Int64(digit & 0x0F)
    }
    return value
  }
}

extension Certificate {
  /// The first and the last second of its validity.
  public var validity: (notBefore: NumericDate, notAfter: NumericDate) {
    (NumericDate(seconds: notBefore), NumericDate(seconds: notAfter))
  }
}

/// A number of whole seconds between two dates; negative for the past.
public struct TimeSpan: Sendable, Hashable, Comparable {
  /// The length in seconds.
  public let seconds: Int64

  public init(seconds: Int64) { self.seconds = seconds }

  /// An empty span.
  public static let zero = TimeSpan(seconds: 0)
  /// A span of this many seconds.
  public static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(seconds: count) }
  /// Limited to 64 bits.
  public static func minutes(_ count: Int64) -> TimeSpan {
    let (seconds, overflows) = count.multipliedReportingOverflow(by: 60)
    return TimeSpan(seconds: overflows ? (count > 0 ? .max : .min) : seconds)
  }

  public static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }

  /// Reads a whole number with the unit `s`, `m`, `h` or `d`, such as `90s` or `10m`; nil for anything else.
  public init?(_ text: String) {
    let characters = text.utf8
    guard let unit = characters.last, characters.count <= 10, let count = Int64(text.dropLast()),
      characters.dropLast().allSatisfy({ ASCII.isDigit($0) })
    else { return nil }
    switch unit {
    case UInt8(ascii: "s"): seconds = count
    case UInt8(ascii: "m"): seconds = count * 60
    case UInt8(ascii: "h"): seconds = count * 3600
    case UInt8(ascii: "d"): seconds = count * 86_400
    default: return nil
    }
  }
}

extension TimeSpan: CustomStringConvertible {
  /// The two largest units: `9 min 58 s`, `2 h`, `-1 d 3 h`.
  public var description: String {
    let magnitude = seconds.magnitude
    let parts: [(UInt64, String)] = [
      (magnitude / 86_400, "d"), (magnitude / 3600 % 24, "h"), (magnitude / 60 % 60, "min"), (magnitude % 60, "s"),
    ]
    let significant = parts.drop { $0.0 == 0 }.prefix(2).filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return (seconds < 0 ? "-" : "") + (significant.isEmpty ? "0 s" : significant.joined(separator: " "))
  }
}
