import KeyrollCLI
import Testing

@Suite struct EscapedTextTests {
  @Test(
    "text that prints is left as it is",
    arguments: [
      "", "CN=Signer 7,O=Example", "~!@#$%^&*()_+{}|:\"<>?`", "C:\\keys\\signer.pem", "CN=Doe\\, Jane", "\\u", "\\\\u",
      "Ελληνικά", "日本語", "žluťoučký kůň", "עברית", "😀", "e\u{301}",
    ])
  func printable(text: String) {
    #expect(EscapedText(text).description.utf8.elementsEqual(text.utf8))
  }

  @Test(
    "text that does not print, or prints as something else, is written as code points",
    arguments: [
      ("a\nb", #"a\u{a}b"#), ("a\r\nb", #"a\u{d}\u{a}b"#), ("tab\there", #"tab\u{9}here"#), ("\0", #"\u{0}"#),
      ("\u{1B}[2J", #"\u{1b}[2J"#), ("\u{7F}", #"\u{7f}"#), ("\u{9B}31m", #"\u{9b}31m"#), ("\u{85}", #"\u{85}"#),
      ("\u{A0}", #"\u{a0}"#), ("\u{AD}", #"\u{ad}"#), ("\u{61C}", #"\u{61c}"#), ("\u{180E}", #"\u{180e}"#),
      ("\u{200B}\u{200C}\u{200D}", #"\u{200b}\u{200c}\u{200d}"#), ("\u{200E}\u{200F}", #"\u{200e}\u{200f}"#),
      ("\u{2028}\u{2029}", #"\u{2028}\u{2029}"#), ("abc\u{202E}txt.exe", #"abc\u{202e}txt.exe"#),
      ("\u{202A}\u{202B}\u{202C}\u{202D}", #"\u{202a}\u{202b}\u{202c}\u{202d}"#), ("\u{2060}", #"\u{2060}"#),
      ("\u{2066}\u{2067}\u{2068}\u{2069}", #"\u{2066}\u{2067}\u{2068}\u{2069}"#), ("\u{3000}", #"\u{3000}"#),
      ("\u{3164}", #"\u{3164}"#), ("\u{E000}", #"\u{e000}"#), ("\u{FEFF}", #"\u{feff}"#), ("\u{FFF9}", #"\u{fff9}"#),
      ("\u{FFFF}", #"\u{ffff}"#), ("\u{E0041}", #"\u{e0041}"#), ("\u{10FFFF}", #"\u{10ffff}"#),
      ("\u{301}a", #"\u{301}a"#), (" \u{301}", #" \u{301}"#), ("'\u{301}", #"'\u{301}"#),
      ("\n\u{20DD}", #"\u{a}\u{20dd}"#),
      (#"\u{41}"#, #"\u{5c}u{41}"#), (#"\\u{41}"#, #"\\u{5c}u{41}"#),
    ])
  func unprintable(text: String, expected: String) {
    #expect(EscapedText(text).description.utf8.elementsEqual(expected.utf8))
  }

  @Test(
    "JSON text keeps its line breaks, and its strings are escaped as JSON does",
    arguments: [
      ("{\n  \"a\": 1\n}", "{\n  \"a\": 1\n}"), (#""\u{41}""#, #""\u{41}""#), ("\"\u{7F}\"", #""\u007f""#),
      ("\"\u{9B}\"", #""\u009b""#), ("\"\u{202E}\"", #""\u202e""#), ("\"\u{E0041}\"", #""\udb40\udc41""#),
      ("\"Ελληνικά\"", "\"Ελληνικά\""),
    ])
  func json(text: String, expected: String) {
    #expect(EscapedText(json: text).description.utf8.elementsEqual(expected.utf8))
  }
}
