import Encodings
import Testing

@Suite("ExactText")
struct ExactTextTests {
  @Test(
    "Two strings are equal if their code points are, and then their hashes are equal too",
    arguments: [
      ("", "", true), ("iss", "iss", true), ("iss", "isS", false), ("iss", "is", false), ("iss", "iss\u{0}", false),
      ("\u{E9}", "\u{E9}", true),
      ("\u{E9}", "e\u{301}", false), ("K", "\u{212A}", false), ("\u{212A}", "\u{212A}", true),
      ("\u{C5}", "\u{212B}", false), (";", "\u{37E}", false),
      ("\u{1E9}", "\u{1E8}", false), ("a\u{301}\u{316}", "a\u{316}\u{301}", false), ("\u{1F600}", "\u{1F601}", false),
      ("\u{1F600}", "\u{1F600}", true),
    ])
  func equality(_ left: String, _ right: String, _ areEqual: Bool) {
    let (left, right) = (ExactText(left), ExactText(right))
    #expect((left == right) == areEqual)
    #expect((right == left) == areEqual)
    #expect(Set([left, right]).count == (areEqual ? 1 : 2))
    // A string that was put together piece by piece is stored differently.
    let copy = ExactText(left.text.unicodeScalars.reduce(into: "") { $0.unicodeScalars.append($1) })
    #expect(copy == left && copy.hashValue == left.hashValue)
  }
}
