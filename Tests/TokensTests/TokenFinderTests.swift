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

  /// In lines of 80 with their numbers.
  private static func numbered(_ separator: String) -> String {
    let digits = Array(token)
    return stride(from: 0, to: digits.count, by: 80).enumerated()
      .map { "  \($0.offset + 9)\(separator) \(String(digits[$0.element..<min($0.element + 80, digits.count)]))" }
      .joined(separator: "\n")
  }

  @Test("A token whose lines are broken behind hyphens is found whole", arguments: [40, 52, 60, 64, 72, 76, 90, 120])
  func hyphens(_ width: Int) {
    // Bytes that need hyphens, in irregular places.
    let bytes = (0..<256).map { (index: Int) -> UInt8 in UInt8(truncatingIfNeeded: index * index * 31 + index * 7) }
    let token = "\(Self.header).\(Self.payload).\(Base64.url.text(bytes))"
    var lines: [String] = []
    var rest = token[...]
    while !rest.isEmpty {
      var line = rest.prefix(width)
      // What fills a line up to its last hyphen stays on it.
      if line.count == width, let hyphen = line.lastIndex(of: "-"),
        line.distance(from: hyphen, to: line.endIndex) < width / 2
      {
        line = line[...hyphen]
      }
      lines.append(String(line))
      rest = rest.dropFirst(line.count)
    }
    #expect(lines.count > 3)
    for text in [lines.joined(separator: "\n"), "see\n\n" + lines.joined(separator: "\r\n") + "\nRegards, somebody"] {
      #expect(found(text).map { String(validating: $0.text, as: UTF8.self) } == [token], "\(lines)")
    }
  }

  @Test("Of several tokens the one under the name that is asked for is chosen, else the first of the kind")
  func choice() throws {
    let text = "Authorization: Bearer \(Self.token)\n\n{\"proof\":\"\(Self.header).\(Self.payload).AAAA\"}"
    let tokens = found(text)
    let named = try #require(TokenFinder.choice(among: tokens, named: ["client_assertion", "proof"]))
    #expect(named.ground == .name("proof") && named.token == tokens[1])
    #expect(named.note(about: "a.txt") == "a.txt holds 2 tokens, and the one called proof is taken")
    #expect(named.dropped.problem == "holds 2 tokens (proof), of which the one called proof is judged alone")
    #expect(TokenFinder.choice(among: tokens, named: ["x"])?.ground == .first)
    let ofKind = TokenFinder.choice(among: tokens, named: []) { $0.text.count < Self.token.utf8.count }
    #expect(ofKind?.ground == .kind && ofKind?.token == tokens[1])
    #expect(TokenFinder.choice(among: [tokens[0]], named: ["proof"])?.note(about: "x") == nil)
    #expect(TokenFinder.choice(among: [], named: ["proof"]) == nil)
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
      ("\u{1B}[36m\(token)\u{1B}[0m", [.text, .invisibleCharacters]),
      ("\(header).\(payload.prefix(9))\u{1B}[31m\(payload.dropFirst(9)).\(signature)", [.invisibleCharacters]),
      ("<p>\(wrapped(60, "", "<wbr>"))</p>", [.text, .invisibleCharacters]),
      ("var proof = \"\(wrapped(100, "", "\" +\n    \""))\";", [.form("proof"), .quotationMarks, .pieces]),
      ("proof = (\"\(wrapped(90, "", "\"\n         \""))\")", [.text, .quotationMarks, .pieces]),
      (numbered(": "), [.text, .lineBreaks, .lineNumbers]), (numbered("\t"), [.text, .lineBreaks, .lineNumbers]),
      (Base64.standard.text(Array(token.utf8)), [.base64]),
      (Base64.standard.text(Array("Bearer \(token)".utf8)), [.base64, .scheme("Bearer")]),
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
