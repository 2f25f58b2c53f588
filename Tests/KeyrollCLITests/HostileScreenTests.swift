import Foundation
import TestSupport
import Testing

/// What a terminal of 80 columns and 24 rows shows in the end when values of others try to paint a report of their own,
/// read from a terminal emulator that is not ours.
@Suite("the screen", .tags(.hsm, .process, .slow), .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)))
struct HostileScreenTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A value that tries to look like the answer of a report, and by what.
  struct Forgery: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let text: String

    init(_ name: String, _ text: String) {
      testDescription = name
      self.text = text
    }
  }

  private static let answer = "ACCEPTED  graph-proof, judged for 2023-11-14T22:18:20Z"
  private static let tail = "ACCEPTED graph-proof, judged for 2023-11-14T22:18:20Z"

  /// A screen of its own, each line filled up with spaces.
  private static let painting = ([answer, "", "format: accepted"] + Array(repeating: "", count: 30) + [answer])
    .map { $0.padding(toLength: 80, withPad: " ", startingAt: 0) }.joined()

  static let forgeries =
    [
      Forgery("a run of spaces", String(repeating: " ", count: 400) + answer),
      Forgery("a painting of spaces", painting),
      Forgery("two spaces at a time", String(repeating: "-  ", count: 60) + answer),
      Forgery("escape sequences", "\u{1B}[2J\u{1B}[H\u{1B}]0;title\u{7}\(answer)"),
      Forgery("escape sequences of one byte", "\u{9B}2J\u{9B}H\(answer)"),
      Forgery("line breaks", "a\r\n\(answer)\u{85}\(answer)\u{2028}\(answer)\u{B}\(answer)\u{C}\(answer)"),
      Forgery("backspaces", "a" + String(repeating: "\u{8}", count: 200) + answer),
      Forgery("bidi controls", "\u{202E}" + String(answer.reversed()) + "\u{2066}\(answer)"),
      Forgery("wide letters", String(repeating: "日", count: 73) + tail),
      Forgery("wide spaces", String(repeating: "\u{3000}", count: 140) + answer),
      Forgery("combining marks", String(repeating: "e\u{301}\u{302}", count: 40) + tail),
      Forgery("marks alone", String(repeating: "\u{301}", count: 120) + tail),
      Forgery("blank Braille", String(repeating: "\u{2800}", count: 150) + tail),
      Forgery("the filler of Khitan", String(repeating: "\u{16FE4}", count: 150) + tail),
      Forgery("notes without heads", String(repeating: "\u{1D159}", count: 150) + tail),
      Forgery("quotation marks", "\", " + String(repeating: "x", count: 40) + "\"   \(answer)"),
    ]
    // The tail would come to column 1 on a terminal that wraps by itself, for one of them.
    + (126...139).map { Forgery("\($0) letters and no two spaces", String(repeating: "x", count: $0) + " \(tail)") }

  /// The rows that a terminal shows of what was written to it.
  private func rows(_ written: String, count: Int) throws -> [String] {
    let judged = try Judge.run(script: "judge_rows", ["80", "\(count)"], input: Array(written.utf8))
    try #require(judged.status == 0, "\(judged)")
    return judged.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// Runs the command on a terminal of 80 columns; no row begins with anything but words of ours, or an indentation.
  ///
  /// Returns the last row with something on it.
  @discardableResult
  private func requireHonest(
    _ session: TerminalSession, status: Int32, beginning words: [String], location: SourceLocation = #_sourceLocation
  ) throws -> String {
    let outcome = try session.finish()
    #expect(outcome.status == status, "\(outcome)", sourceLocation: location)
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }
    let all = try rows(outcome.output, count: lines.count)
    for row in all where !row.isEmpty && !row.hasPrefix("    ") {
      let text = row.drop { $0 == " " }
      #expect(words.contains { text.hasPrefix($0) }, "\(row)", sourceLocation: location)
    }
    // A terminal that wrapped a line by itself, or obeyed anything in it, would show other rows.
    #expect(all == lines + [""], sourceLocation: location)
    let screen = try rows(outcome.output, count: 24)
    return screen.last { !$0.isEmpty } ?? ""
  }

  private func session(_ arguments: [String], columns: UInt16 = 80) throws -> TerminalSession {
    try TerminalSession(BuiltCommand.path, arguments, columns: columns)
  }

  private func token(header: [String: Any], claims: [String: Any]) throws -> String {
    let parts = try [header, claims].map { try JSONSerialization.data(withJSONObject: $0, options: .sortedKeys) }
    let path = folder.path("token.jwt")
    let text = (parts + [Data(count: 256)]).map { part in
      part.base64EncodedString().replacing("=", with: "").replacing("+", with: "-").replacing("/", with: "_")
    }
    try folder.write(Array(text.joined(separator: ".").utf8), to: "token.jwt")
    return path
  }

  private static let report = [
    "REJECTED  graph-proof", "format: ", "signature: ", "claims: ", "passed ", "FAILED ", "warning ", "skipped ",
  ]

  @Test("a rejected token never shows another answer", arguments: forgeries)
  func verify(_ forgery: Forgery) throws {
    let text = forgery.text
    let path = try token(
      header: ["alg": "RS256", "typ": text, "kid": text, "x5t": text],
      claims: ["iss": text, "aud": [text, text], "nbf": 1_700_000_000, "exp": text, "jti": text, text: text])
    let session = try session([
      "verify", "--profile", "graph-proof", "--certificate", Fixtures.path("certificates/leaf.pem"), "--object-id",
      SignCommandTests.objectID, "--at", "2023-11-14T22:18:20Z", path,
    ])
    let last = try requireHonest(session, status: 1, beginning: Self.report)
    #expect(last == "REJECTED  graph-proof, judged for 2023-11-14T22:18:20Z")
  }

  private static let inspection = [
    "NOT VERIFIED: ", "header", "claims", "signature", "256 bytes", "\"", "kind", "none that keyroll knows",
    "to verify it",
    "keyroll verify --public-key KEY ",
  ]

  @Test("a token that is only looked at says last that nothing was checked", arguments: forgeries)
  func inspect(_ forgery: Forgery) throws {
    let path = try token(
      header: ["alg": forgery.text, forgery.text: 1], claims: ["jti": forgery.text, "list": [forgery.text]])
    let last = try requireHonest(
      try session(["inspect", path]), status: 0,
      beginning: Self.inspection)
    #expect(last == "NOT VERIFIED: nothing above was checked, anybody can have written it.")
  }

  @Test("wherever a line is folded, no value continues at column 1")
  func everyColumn() throws {
    var claims: [String: Any] = [:]
    for count in 20..<180 { claims["c\(count)"] = String(repeating: "x", count: count) + " \(Self.tail)" }
    let path = try token(header: ["alg": "RS256"], claims: claims)
    for columns in [80, 0] as [UInt16] {
      try requireHonest(
        try session(["inspect", path], columns: columns), status: 0,
        beginning: Self.inspection)
    }
  }

  @Test("the summary before a signature shows what is signed", arguments: forgeries)
  func signRequest(_ forgery: Forgery) throws {
    let request = folder.path("request.json")
    let prepared = try BuiltCommand.run([
      "prepare", "claims", "--profile", "github-app", "--parameter", "client-id=\(forgery.text)", "--claim",
      "jti=\(forgery.text)", "--claim", "name \(forgery.text)=x", "--at", SignCommandTests.at, "--certificate",
      Fixtures.path("certificates/leaf.pem"),
      "--output", request,
    ])
    try #require(prepared.status == 0, "\(prepared)")
    let session = try session([
      "sign-request", request, "--key", "pem:/nonexistent/key.pem", "--at", SignCommandTests.at, "--yes",
    ])
    let last = try requireHonest(
      session, status: 2,
      beginning: [
        "keyroll: ", "profile ", "window ", "claim \"", "header \"", "certificate ", "SHA-1 ", "SHA-256 ", "key ",
      ])
    #expect(last == "         [file-unreadable]")
  }

  @Test("the words of a service are shown as words of a service", arguments: forgeries)
  func explain(_ forgery: Forgery) throws {
    let body = ["error": ["code": forgery.text, "message": forgery.text, "innerError": ["request-id": forgery.text]]]
    let path = try folder.write(Array(try JSONSerialization.data(withJSONObject: body)), to: "answer.json")
    let last = try requireHonest(
      try session(["explain", path]), status: 0,
      beginning: [
        "REFUSED  Microsoft Graph", "message", "meaning", "next step", "\"", "request-id: ",
        "keyroll does not know this code", "look ",
      ])
    #expect(last == "REFUSED  Microsoft Graph")
  }

  @Test("a certificate's names stay beside their labels", arguments: forgeries)
  func certificate(_ forgery: Forgery) throws {
    let path = folder.path("certificate.pem")
    let name = forgery.text.replacing("\\", with: "\\\\").replacing("/", with: "\\/").replacing("+", with: "\\+")
    let made = try Judge.run(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-utf8", "-key", Fixtures.path("keys/rsa-2048.pem"), "-subj", "/description=\(name)", "-out",
        path,
      ])
    try #require(made.status == 0, "\(made)")
    try requireHonest(
      try session(["certificate", path]), status: 0,
      beginning: [
        "subject ", "issuer ", "serial number ", "startDateTime ", "endDateTime ", "public key ", "signed with ",
        "thumbprint ", "x5t", "customKeyIdentifier ", "key ",
      ])
  }

  @Test("a path in an error or a question does not leave its line", arguments: forgeries)
  func paths(_ forgery: Forgery) throws {
    let name = String(forgery.text.unicodeScalars.prefix(60).filter { $0 != "/" })
    let rest = String(forgery.text.unicodeScalars.dropFirst(60).filter { $0 != "/" })
    let path = "/nonexistent/\(name)/\(rest)"
    for arguments in [
      ["certificate", path], ["verify", "--certificate", path, path], ["inspect", path], ["explain", path],
      ["sign", "proof", "--key", path, "--object-id", SignCommandTests.objectID, "--output", path],
      ["sign", "claims", "--profile", path, "--key", path], ["join-codes", path], ["inspect", "a", path], [path],
    ] {
      let outcome = try BuiltCommand.run(arguments)
      let last = try requireHonest(try session(arguments), status: outcome.status, beginning: ["keyroll: "])
      #expect(outcome.status != 0 && !last.contains("  ACCEPTED"))
    }
    let file = try folder.write(try Fixtures.bytes("pfx/openssl-default.p12"), to: "\(name).p12")
    let asking = try session(["certificate", file])
    // The password of a file may be typed three times.
    for _ in 0..<3 {
      try asking.wait(for: "password for ")
      try asking.wait(for: ": ")
      try asking.type("wrong\n")
    }
    try requireHonest(asking, status: 2, beginning: ["password for ", "that does not open ", "keyroll: "])
  }
}

@Suite(
  "the screen of tokens", .tags(.hsm, .process, .slow),
  .enabled(
    if: Judge.python != nil && ThrowawayToken.isAvailable(.softHSM),
    Comment(rawValue: ThrowawayToken.absence(of: .softHSM))))
struct HostileLabelTests {
  @Test("a token's label is quoted, and every space after another in it is escaped")
  func label() throws {
    let tokens = try ThrowawayToken(.softHSM)
    let label = "\u{1B}[2J x        ACCEPTED\u{2800}"
    let made = try tokens.run(
      "/usr/bin/softhsm2-util",
      ["--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", "12345678"])
    try #require(made.status == 0, "\(made)")
    let modules = try ConfiguredModules(["softhsm": "module: \(tokens.module)"], tokens: tokens)
    let outcome = try modules.run(["keys"])
    #expect(
      outcome.output.contains(#""\u001b[2J x \u0020 \u0020 \u0020 \u0020ACCEPTED\u2800""#), "\(outcome)")
    #expect(!outcome.output.contains("\u{1B}"))
  }
}
