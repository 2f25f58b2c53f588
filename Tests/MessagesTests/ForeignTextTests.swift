import Messages
import Testing

@Suite struct ForeignTextTests {
  @Test(
    "a text is quoted, and characters that would not be seen as what they are become escapes",
    arguments: [
      ("", #""""#), ("abc", #""abc""#), (#"say "a\b""#, #""say \"a\\b\"""#), (#"["a"]"#, #""[\"a\"]""#),
      ("a\00", #""a\u00000""#), ("a\nb", #""a\u000ab""#), ("\u{1B}[2J", #""\u001b[2J""#),
      ("\u{9B}31m", #""\u009b31m""#),
      ("\u{7F}", #""\u007f""#),
      ("abc\u{202E}txt", #""abc\u202etxt""#), ("\u{2066}x\u{2069}", #""\u2066x\u2069""#), ("\u{200B}", #""\u200b""#),
      ("\u{A0}", #""\u00a0""#), ("\u{3000}", #""\u3000""#), ("\u{3164}", #""\u3164""#),
      ("\u{E0041}", #""\udb40\udc41""#),
      ("\u{2800}", #""\u2800""#), ("\u{16FE4}", #""\ud81b\udfe4""#), ("\u{1D159}", #""\ud834\udd59""#),
      ("\u{13441}", #""\ud80d\udc41""#), ("\u{E000}", #""\ue000""#),
      ("a b", #""a b""#), ("a  b", #""a \u0020b""#), ("    ", #"" \u0020 \u0020""#), ("  a", #"" \u0020a""#),
      ("e\u{301}", "\"e\u{301}\""), ("\u{301}e", #""\u0301e""#),
      ("e\u{301}\u{302}\u{303}\u{304}", "\"e\u{301}\u{302}\u{303}\\u0304\""),
      ("Ελληνικά", "\"Ελληνικά\""), ("日本語", "\"日本語\""), ("😀", "\"😀\""),
    ])
  func quoting(text: String, expected: String) {
    #expect(ForeignText(quoting: text).description.utf8.elementsEqual(expected.utf8))
  }

  @Test("a text is cut after 200 code points, and the number of the others is shown")
  func cut() {
    let fits = String(repeating: "x", count: 200)
    #expect("\(quoting: fits)" == "\"\(fits)\"")
    #expect("\(quoting: fits + "y")" == "\"\(fits)\"… (1 more)")
    #expect("\(quoting: fits + fits)" == "\"\(fits)\"… (200 more)")
    #expect(ForeignText(json: "[\"\(fits)\"]").description == "[\"\(fits.dropLast(2))… (4 more)")
    // Escapes must not push the text after them off the screen.
    for scalar in ["\u{202E}", "\u{1F}", "\u{E0041}"] {
      let shown = "\(quoting: String(repeating: scalar, count: 4000))"
      #expect(shown.unicodeScalars.count < 430 && shown.hasSuffix(" more)"), "\(shown)")
    }
  }

  @Test("JSON keeps its quotation marks, and hides nothing in its strings")
  func json() {
    #expect(ForeignText(json: #"["a"]"#).description == #"["a"]"#)
    #expect(ForeignText(json: "[\"a  b\u{202E}\"]").description == #"["a \u0020b\u202e"]"#)
  }

  @Test(
    "a plain name is bare, and any other is quoted",
    arguments: [
      ("keys/a.pem", "keys/a.pem"),
      ("pkcs11:token=a;object=b?module-path=/x", "pkcs11:token=a;object=b?module-path=/x"),
      ("", #""""#), ("a b", #""a b""#), (#"a"b"#, #""a\"b""#), ("ä", "\"ä\""), ("a\tb", #""a\u0009b""#),
      (
        "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea",
        "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea"
      ),
      ("eyebrow.pem", "eyebrow.pem"), ("-", "-"), ("keys/eyes-and-ears", "keys/eyes-and-ears"),
      (
        "some words of a name that is long, and that no base64 could be for all its spaces",
        #""some words of a name that is long, and that no base64 could be for all its spaces""#
      ),
    ])
  func naming(text: String, expected: String) {
    #expect("\(naming: text)" == expected)
  }

  @Test(
    "a value that may be a token or a key is not shown in place of a name",
    arguments: [
      "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl", "Bearer eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl",
      "ewogICJhbGciOiAiUlMyNTYi.e30.CANARY01", "-----BEGIN PRIVATE KEY----- CANARY01 -----END PRIVATE KEY-----",
      "pem:-----BEGIN PRIVATE KEY-----", "first line\nCANARY01", String(repeating: "CANARY01", count: 11),
      "pem:MIIEvQIBADANBgkqhkiG9w0BAQ/EFAASCBKcwggSjAgEAAoIBAQC/CANARY01/x+y",
      "token=eyJhbGciOiJSUzI1NiJ9.e30.CANARY01", "\"eyJhbGciOiJSUzI1NiJ9 CANARY01", "eyJhbGciOiJSUzI1NiJ9",
      [String](repeating: String(repeating: "CANARY01", count: 8), count: 2).joined(separator: " "),
      "CANARY01/x+yzCANARY01abcdefghij/CANARY01ABCDEF/klmnopCANARY01ghi",
      "xCANARY01" + String(repeating: "Qw9", count: 13),
    ])
  func withheld(text: String) {
    let shown = "\(naming: text)"
    #expect(shown == "(a value of \(text.utf8.count) bytes that may be a token or a key)")
  }

  @Test(
    "neither is a value with the name of a secret in it, wherever a reference was given",
    arguments: ["pfx:a.pfx;password=x", "a;PIN=x", "pkcs11:token=a?pin-value=x", "pem:a;pass%77ord=x", "PIN_VALUE=x"])
  func namesSecret(text: String) {
    #expect("\(naming: text)" == "(a value of \(text.utf8.count) bytes with a password or PIN in it)")
    #expect("\(argument: text)" == "\(naming: text)")
    #expect(
      "\(naming: "pfx:a.pfx;password-file=x?pin-source=file:/y")" == "pfx:a.pfx;password-file=x?pin-source=file:/y")
  }
}
