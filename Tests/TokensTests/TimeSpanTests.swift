import Tokens
import Testing

@Suite("TimeSpan")
struct TimeSpanTests {
  @Test(
    "A whole number with a unit is read",
    arguments: [("90s", 90), ("10m", 600), ("2h", 7200), ("1d", 86_400), ("0s", 0)] as [(String, Int64)])
  func reads(_ text: String, _ seconds: Int64) {
    #expect(TimeSpan(text)?.seconds == seconds)
  }

  @Test(
    "Anything else is refused",
    arguments: ["", "10", "m", "-1m", "+1m", "1.5h", " 1m", "1m ", "1 m", "1M", "99999999999999d", "١m"])
  func refuses(_ text: String) {
    #expect(TimeSpan(text) == nil)
  }

  @Test(
    "Text has the two largest units",
    arguments: [
      (0, "0 s"), (59, "59 s"), (600, "10 min"), (598, "9 min 58 s"), (3600, "1 h"), (3601, "1 h"),
      (-97_200, "-1 d 3 h"), (90_061, "1 d 1 h"),
    ] as [(Int64, String)])
  func describes(_ seconds: Int64, _ text: String) {
    #expect(TimeSpan.seconds(seconds).description == text)
  }
}
