import JSON
import Testing

@Suite("JSONNumber")
struct JSONNumberTests {
  private func number(_ text: String) throws -> JSONNumber {
    try #require(try JSONReader.value(Array(text.utf8).span).number)
  }

  @Test(
    "A whole number of up to 64 bits is exact, and any other number has no integer",
    arguments: [
      ("0", 0), ("-0", 0), ("1700000000", 1_700_000_000), ("9223372036854775807", Int64.max),
      ("-9223372036854775808", Int64.min),
      ("9223372036854775808", nil), ("18446744075409551616", nil), ("1.0", nil), ("1e3", nil), ("-7", -7),
    ] as [(String, Int64?)])
  func integer(_ text: String, _ expected: Int64?) throws {
    #expect(try number(text).integer == expected)
  }

  @Test(
    "Rounding up is exact, and nil outside 64 bits",
    arguments: [
      ("1.5", 2), ("-1.5", -1), ("1.0", 1), ("1700000600.0000001", 1_700_000_601), ("1.7e9", 1_700_000_000),
      ("17000006001e-1", 1_700_000_601),
      ("17000006000e-1", 1_700_000_600), ("1e400", nil), ("1e-400", 1), ("0e999999999999", 0), ("-1e-9", 0),
      ("9223372036854775807.5", nil),
      ("1E+3", 1000), ("0.000", 0), ("12e-3", 1),
    ] as [(String, Int64?)])
  func roundedUp(_ text: String, _ expected: Int64?) throws {
    #expect(try number(text).roundedUp == expected)
  }
}
