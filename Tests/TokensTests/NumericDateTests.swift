import Foundation
import Tokens
import Testing

@Suite("NumericDate")
struct NumericDateTests {
  @Test(
    "RFC 3339 goes both ways",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
      (1_700_000_000, "2023-11-14T22:13:20Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
      (253_402_300_799, "9999-12-31T23:59:59Z"),
      (-62_167_219_200, "0000-01-01T00:00:00Z"), (-62_162_035_200, "0000-03-01T00:00:00Z"),
    ] as [(Int64, String)])
  func bothWays(_ seconds: Int64, _ text: String) {
    #expect(NumericDate(seconds: seconds).description == text)
    #expect(NumericDate(rfc3339: text)?.seconds == seconds)
  }

  @Test("It agrees with Foundation over four thousand years")
  func agreesWithFoundation() {
    let style = Date.ISO8601FormatStyle()
    for seconds in stride(from: Int64(-60_000_000_000), through: 250_000_000_000, by: 86_399_977) {
      let date = Date(timeIntervalSince1970: TimeInterval(seconds))
      // Foundation's formatter follows the Julian calendar before 1582.
      guard seconds > -12_219_292_800 else { continue }
      #expect(NumericDate(seconds: seconds).description == date.formatted(style))
    }
  }

  @Test("A fraction of a second is dropped on request, and otherwise refused")
  func fractions() {
    for text in ["2026-11-21T14:00:00.9999999Z", "2026-11-21T16:00:00.5+02:00", "2026-11-21T14:00:00Z"] {
      #expect(NumericDate(rfc3339DroppingFraction: text)?.description == "2026-11-21T14:00:00Z")
    }
    #expect(NumericDate(rfc3339: "2026-11-21T14:00:00.5Z") == nil)
    for text in [
      "2026-11-21T14:00:00.Z", "2026-11-21T14:00:00.5", "2026-11-21T14:00.5Z", "2026-11-21T14:00:00.5.5Z", ".",
    ] { #expect(NumericDate(rfc3339DroppingFraction: text) == nil) }
  }

  @Test(
    "An offset is subtracted",
    arguments: [
      ("2026-11-21T16:00:00+02:00", "2026-11-21T14:00:00Z"), ("2026-11-21T09:30:00-04:30", "2026-11-21T14:00:00Z"),
      ("2026-11-21t14:00:00z", "2026-11-21T14:00:00Z"), ("2026-11-21T14:00:00-00:00", "2026-11-21T14:00:00Z"),
    ])
  func offsets(_ text: String, _ utc: String) {
    #expect(NumericDate(rfc3339: text)?.description == utc)
  }

  @Test(
    "A text that is not a date with a zone is refused",
    arguments: [
      "", "2026-11-21", "2026-11-21T14:00:00", "2026-11-21 14:00:00Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
      "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T14:60:00Z",
      "2026-11-21T14:00:60Z",
      "2026-11-21T14:00:00.5Z", "2026-11-21T14:00:00+2:00", "2026-11-21T14:00:00+24:00", "+026-11-21T14:00:00Z",
      "1700000000",
      "２026-11-21T14:00Z", "1900-02-29T00:00:00Z", "9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00+00:01",
    ])
  func refuses(_ text: String) {
    #expect(NumericDate(rfc3339: text) == nil)
  }

  @Test("Sums stay within 64 bits")
  func saturates() {
    #expect((NumericDate(seconds: .max) + .seconds(1)).seconds == .max)
    #expect((NumericDate(seconds: .min) - .seconds(1)).seconds == .min)
    #expect((NumericDate(seconds: .max) - NumericDate(seconds: .min)).seconds == .max)
    #expect((NumericDate(seconds: .min) - NumericDate(seconds: .max)).seconds == -.max)
    #expect((NumericDate(seconds: 0) - .seconds(.min)).seconds == .max)
    #expect((NumericDate(seconds: -1) - .seconds(.min)).seconds == .max)
    #expect((NumericDate(seconds: 0) + .seconds(.min)).seconds == .min)
    #expect(TimeSpan.minutes(.max).seconds == .max)
    #expect(TimeSpan.minutes(.min).seconds == .min)
  }

  @Test(
    "Any number of seconds has a description; outside the years of RFC 3339 it is the number itself",
    arguments: [
      (Int64.min, "-9223372036854775808 s"), (.max, "9223372036854775807 s"), (253_402_300_800, "253402300800 s"),
      (-62_167_219_201, "-62167219201 s"),
    ])
  func describes(_ seconds: Int64, _ text: String) {
    #expect(NumericDate(seconds: seconds).description == text)
    #expect(!TimeSpan.seconds(seconds).description.isEmpty)
  }
}
