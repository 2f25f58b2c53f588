import Encodings
import Testing
import Tokens

@Suite("Finding tokens inside other text")
struct TokenFinderTests {
  private static let header = Base64.url.text(Array(#"{"alg":"RS256","typ":"JWT"}"#.utf8))
  private static let payload = Base64.url.text(Array(#"{"iss":"me","exp":1700000600}"#.utf8))
  private static let signature = Base64.url.text([UInt8](repeating: 0xA5, count: 256))
  private static let token = "\(header).\(payload).\(signature)"

  private func found(_ text: String) -> [TokenFinder.Found] { TokenFinder.tokens(in: Array(text.utf8).span) }

  private static func wrapped(_ width: Int, _ lead: String = "", _ end: String = "\n") -> String {
    let digits = Array(token)
    return stride(from: 0, to: digits.count, by: width)
      .map { lead + String(digits[$0..<min($0 + width, digits.count)]) }.joined(separator: end)
  }

  @Test(
    "A token is found in every wrapping that people paste, and the dropped parts are listed from the outside to the inside",
    arguments: [
      (token, []),
      ("Bearer \(token)", [.scheme("Bearer")]),
      ("bearer\t\(token)\n", [.whiteSpace, .scheme("Bearer")]),
      ("\"\(token)\"", [.quotationMarks]), ("'\(token)'", [.quotationMarks]),
      ("\u{201C}\(token)\u{201D}", [.quotationMarks]), ("\u{AB}\(token)\u{BB}", [.quotationMarks]),
      ("`\(token)`", [.backticks]), ("```\n\(token)\n```", [.backticks]), ("<\(token)>", [.angleBrackets]),
      ("\u{FEFF}\(token)", [.byteOrderMark]), ("  \(token)", [.whiteSpace]), ("\(token)\u{A0}", [.whiteSpace]),
      ("> \(token)", [.quoteMarks]), ("\(token).", [.fullStop]),
      ("Authorization: Bearer \(token)", [.label("Authorization"), .scheme("Bearer")]),
      ("\"Bearer \(token)\"", [.quotationMarks, .scheme("Bearer")]),
      ("{\"proof\":\"\(token)\"}", [.json("proof")]),
      ("{ \"client_assertion\" : \"\(token)\", \"a\": 1 }", [.json("client_assertion")]),
      ("{\"a\":{\"access_token\":\"\(token)\"}}", [.json("access_token")]), ("[\"\(token)\"]", [.json(nil)]),
      ("{'proof': '\(token)'}", [.json("proof")]),
      ("grant_type=client_credentials&client_assertion=\(token)&client_id=a", [.form("client_assertion")]),
      ("client_assertion=\(token.replacing(".", with: "%2E"))", [.form("client_assertion"), .percentEscapes]),
      (token.replacing(".", with: "%2e"), [.percentEscapes]),
      (token.replacing(".", with: "\\u002e"), [.backslashEscapes]),
      ("Authorization%3A%20Bearer%20\(token)", [.label("Authorization"), .scheme("Bearer")]),
      (
        "curl -H 'Authorization: Bearer \(token)' https://graph.microsoft.com",
        [.command("curl"), .label("Authorization"), .scheme("Bearer")]
      ),
      ("curl -d '{\"proof\":\"\(token)\"}' https://x", [.command("curl"), .json("proof")]),
      ("export TOKEN=\(token)", [.form("TOKEN")]), ("$t = \"\(token)\"", [.form("t"), .quotationMarks]),
      ("here it is:\n\n\(token)\n\nthanks", [.text]), ("eyes see \(token)", [.text]),
      ("my eyes: ewe=\(token)", [.form("ewe")]),
      (wrapped(64), [.lineBreaks]), (wrapped(64, "", "\r\n"), [.lineBreaks]),
      (wrapped(76, "    "), [.whiteSpace, .lineBreaks]),
      (wrapped(70, "> "), [.quoteMarks, .lineBreaks]), (wrapped(70, "> > "), [.quoteMarks, .lineBreaks]),
      (wrapped(64, "", " \\\n"), [.lineBreaks]), (wrapped(64, "", "=\n"), [.lineBreaks]),
      (wrapped(64, "", " "), [.spaces]),
      (wrapped(64, "", "\\n"), [.lineBreaks, .backslashEscapes]),
      ("\"\(wrapped(40))\"", [.quotationMarks, .lineBreaks]),
      (wrapped(64) + "\n\nRegards", [.text, .lineBreaks]), (wrapped(50, "", "\u{200B}"), [.invisibleCharacters]),
    ] as [(String, [DroppedText])])
  func wrappings(_ text: String, _ dropped: [DroppedText]) {
    let found = found(text)
    #expect(found.map { String(validating: $0.text, as: UTF8.self) } == [Self.token], "\(text)")
    #expect(found.first?.dropped == dropped, "\(text)")
  }

  @Test("A token is found in UTF-16, with and without a byte order mark", arguments: [true, false], [true, false])
  func utf16(_ isBigEndian: Bool, _ isMarked: Bool) {
    var bytes: [UInt8] = []
    for unit in ((isMarked ? "\u{FEFF}" : "") + "\u{201C}\(Self.token)\u{201D}\r\n").utf16 where isMarked || unit < 128
    {
      let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
      bytes += isBigEndian ? [high, low] : [low, high]
    }
    let found = TokenFinder.tokens(in: bytes.span)
    #expect(found.map(\.text) == [Array(Self.token.utf8)])
    let marks: [DroppedText] =
      isMarked ? [.byteOrderMark, .utf16, .whiteSpace, .quotationMarks] : [.utf16, .whiteSpace]
    #expect(found.first?.dropped == marks)
  }

  @Test("Several tokens are found in their order, each with its name")
  func several() {
    let text = "{\"access_token\":\"\(Self.token)\",\n \"proof\":\"\(Self.header).\(Self.payload).AAAA\"}"
    let found = found(text)
    #expect(found.map(\.name) == ["access_token", "proof"])
    #expect(found.last?.text == Array("\(Self.header).\(Self.payload).AAAA".utf8))
    #expect(self.found("\(Self.token)\n\(Self.token)").count == 2)
    #expect(self.found(String(repeating: "\(Self.token) ", count: 40)).count == TokenFinder.mostTokens)
  }

  @Test(
    "Text that is not a token is not found",
    arguments: [
      "", "eyJ", "eyes", "a.b.c", "www.example.com", "\(header).\(payload)", "\(header)", "eyJhbGciOiJ...",
      "\(header).\(payload).a.b.\(signature)", "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----",
      "/nowhere/eyJ.a.b", "eyeyeyeyey.ab.cd",
    ])
  func nothing(_ text: String) { #expect(found(text).isEmpty) }

  @Test("Padding and the other alphabet stay in the token, so that it can be judged")
  func irregularities() {
    let text = "\(Self.header).\(Self.payload)=.ab+/"
    #expect(found("Bearer \(text)").map { String(validating: $0.text, as: UTF8.self) } == [text])
  }

  @Test("A token that is not signed is found, and one on the next line does not become part of another")
  func lines() {
    #expect(found("\(Self.header).\(Self.payload).").count == 1)
    #expect(found("\(Self.header).\(Self.payload).abcd\nthanks").first?.text.suffix(5) == Array(".abcd".utf8)[...])
    #expect(found("\(Self.token)\nthanks").first?.text == Array(Self.token.utf8))
  }
}
