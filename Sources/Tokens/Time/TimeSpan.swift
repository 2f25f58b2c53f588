/// A number of whole seconds between two dates; negative for the past.
public struct TimeSpan: Sendable, Hashable, Comparable {
  public let seconds: Int64

  public init(seconds: Int64) { self.seconds = seconds }

  public static let zero = TimeSpan(seconds: 0)
  public static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(seconds: count) }
  /// Held within 64 bits.
  public static func minutes(_ count: Int64) -> TimeSpan {
    let (seconds, overflows) = count.multipliedReportingOverflow(by: 60)
    return TimeSpan(seconds: overflows ? (count > 0 ? .max : .min) : seconds)
  }

  public static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }

  /// Reads a whole number with the unit `s`, `m`, `h` or `d`, such as `90s` or `10m`; nil for anything else.
  public init?(_ text: String) {
    let characters = text.utf8
    guard let unit = characters.last, characters.count <= 10, let count = Int64(text.dropLast()),
      characters.dropLast().allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
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
