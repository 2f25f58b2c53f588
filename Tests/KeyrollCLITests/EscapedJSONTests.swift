import Foundation
import KeyrollCLI
import Testing

@Suite struct EscapedJSONTests {
  @Test(
    "JSON keeps its layout, and invisible characters in its strings are escaped",
    arguments: [
      ("{\n  \"a\": 1\n}", "{\n  \"a\": 1\n}"), (#""\\u{41}""#, #""\\u{41}""#), ("\"\u{7F}\"", #""\u007f""#),
      ("\"\u{9B}\"", #""\u009b""#), ("\"\u{202E}\"", #""\u202e""#), ("\"\u{E0041}\"", #""\udb40\udc41""#),
      ("\"\u{2800}\u{1D159}\"", #""\u2800\ud834\udd59""#), ("\"Ελληνικά\"", "\"Ελληνικά\""),
      (#"["a   b", "\"  \\"]"#, #"["a \u0020 b", "\" \u0020\\"]"#), ("[\"\u{301}\"]", #"["\u0301"]"#),
    ])
  func escaped(text: String, expected: String) throws {
    #expect(EscapedJSON(text).description.utf8.elementsEqual(expected.utf8))
    func value(_ text: String) throws -> NSObject? {
      try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed) as? NSObject
    }
    #expect(try value(text) == value(expected))
  }
}
