import Encodings
import JSON
import Messages
import Signing

/// Reads a date from the claims and says what is odd about how it is written.
struct DateClaim {
  /// What a date claim turned out to be.
  enum Reading {
    case absent
    /// The finding is set when the spelling is tolerated and worth a warning.
    case date(NumericDate, oddity: Oddity?)
    case refused(Oddity)
  }

  /// One thing that is wrong with a spelling.
  struct Oddity {
    let reason: Check.Reason
    let message: String
  }

  let name: ExactText
  let numbers: TimePolicy.Numbers
  let isLenient: Bool

  func read(_ claims: JSONObject) -> Reading { read(claims[name]) }

  /// Takes the value of the claim, where it is there.
  func read(_ value: JSONValue?) -> Reading {
    guard let value else { return .absent }
    switch value {
    case .number(let number):
      if let seconds = number.integer { return inRange(seconds, oddity: nil) }
      guard let seconds = number.roundedUp else { return outOfRange(number.text) }
      if numbers == .anyNumber { return inRange(seconds, oddity: nil) }
      let oddity = Oddity(
        reason: .dateFractional,
        message: "\(name) is \(ForeignText(json: number.text)), not seconds without fraction and exponent")
      return isLenient ? inRange(seconds, oddity: oddity) : .refused(oddity)
    case .string(let text):
      let oddity = Oddity(reason: .dateAsString, message: "\(name) is a string, and a number of seconds is needed")
      let digits = text.text.utf8
      guard isLenient, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
        let seconds = Int64(text.text)
      else {
        return .refused(oddity)
      }
      return inRange(seconds, oddity: oddity)
    default:
      return .refused(Oddity(reason: .dateMalformed, message: "\(name) is \(value.kind), not a number of seconds"))
    }
  }

  private func inRange(_ seconds: Int64, oddity: Oddity?) -> Reading {
    let date = NumericDate(seconds: seconds)
    if date > .latest || date < .earliest { return outOfRange(String(seconds)) }
    return .date(date, oddity: oddity)
  }

  private func outOfRange(_ text: String) -> Reading {
    // The milliseconds of the years 2001 to 2286 have 13 digits.
    if let milliseconds = Int64(text), (1_000_000_000_000..<10_000_000_000_000).contains(milliseconds) {
      return .refused(
        Oddity(
          reason: .dateInMilliseconds,
          message: "\(name) is \(text), which looks like milliseconds: \(NumericDate(seconds: milliseconds / 1000))"))
    }
    return .refused(
      Oddity(reason: .dateOutOfRange, message: "\(name) is \(ForeignText(json: text)), outside the years 0 to 9999"))
  }
}
