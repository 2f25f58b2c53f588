import Foundation
import TestSupport
import Testing

@Suite(.tags(.process)) struct InspectCommandTests {
  @Test("a token is shown with its dates and thumbprints, and said not to be verified")
  func text() throws {
    let outcome = try BuiltCommand.run(
      "inspect", "--at", "2023-11-14T22:18:20Z", Fixtures.path("tokens/proof-kid-iat.jwt"))
    #expect(
      outcome
        == Outcome(
          status: 0,
          output: """
            NOT VERIFIED: nothing below was checked, anybody can have written it.

            header
              "alg"  "RS256"
              "kid"  "88891A232D3C4BC784E94A802B73C3479A7EE1A0"
              "typ"  "JWT"
              "x5t"  "iIkaIy08S8eE6UqAK3PDR5p-4aA"
                     = 88891A232D3C4BC784E94A802B73C3479A7EE1A0, 20 bytes: SHA-1

            claims
              "aud"  "00000002-0000-0000-c000-000000000000"
              "iss"  "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01"
              "nbf"  1700000000
                     = 2023-11-14T22:13:20Z, 5 min ago
              "exp"  1700000600
                     = 2023-11-14T22:23:20Z, in 5 min
              "iat"  1700000000
                     = 2023-11-14T22:13:20Z, 5 min ago

            signature
              256 bytes

            NOT VERIFIED: nothing above was checked, anybody can have written it.

            """))
  }

  @Test("the JSON form says in so many words that nothing was verified")
  func json() throws {
    let outcome = try BuiltCommand.run("inspect", "--format", "json", Fixtures.path("tokens/proof.jwt"))
    #expect(outcome.status == 0)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(object["verified"] as? Bool == false)
    #expect(object["version"] as? Int == 1)
    #expect((object["thumbprints"] as? [String: String])?["x5t"] == "88891A232D3C4BC784E94A802B73C3479A7EE1A0")
    #expect((object["dates"] as? [String: String])?["exp"] == "2023-11-14T22:23:20Z")
  }

  @Test(
    "whatever can be read of an odd token is shown, with what is odd about it",
    arguments: [
      ("tokens/proof-padded.jwt", "base64-padding"), ("tokens/proof-wrapped.jwt", "base64-whitespace"),
      ("tokens/proof-standard-alphabet.jwt", "base64-other-alphabet"),
      ("tokens/proof-exp-twice.jwt", "json-duplicate-name"),
    ])
  func odd(file: String, id: String) throws {
    let outcome = try BuiltCommand.run("inspect", Fixtures.path(file))
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("[\(id)]\n"), "\(outcome)")
  }

  @Test("dates in milliseconds are said to be")
  func milliseconds() throws {
    let outcome = try BuiltCommand.run("inspect", Fixtures.path("tokens/proof-both-milliseconds.jwt"))
    #expect(outcome.status == 0)
    #expect(
      outcome.output.contains("  \"nbf\"  1700000000000\n         looks like milliseconds: 2023-11-14T22:13:20Z\n"),
      "\(outcome)")
  }

  @Test("whoever left the token out is told that it is waited for")
  func terminal() throws {
    let session = try TerminalSession(BuiltCommand.path, ["inspect"])
    try session.wait(
      for:
        "keyroll: note: the token is read from the terminal, up to ctrl-D; a terminal cuts lines off after 4095 bytes")
    try session.type("\u{4}")
    let outcome = try session.finish()
    #expect(outcome.status == 2)
    #expect(outcome.output.contains("[token-empty]"), "\(outcome)")
  }

  @Test(
    "what cannot be taken apart is an error",
    arguments: [
      ("tokens/proof-two-parts.jwt", "token-segment-count"), ("tokens/empty.jwt", "token-empty"),
      ("keys/rsa-2048.pem", "token-segment-count"),
    ])
  func unreadable(file: String, id: String) throws {
    let outcome = try BuiltCommand.run("inspect", Fixtures.path(file))
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.error.contains("[\(id)]\n"), "\(outcome)")
  }

  @Test("what is shown of a name is bounded, and no member is padded to the longest")
  func size() throws {
    func size(_ longest: Int) throws -> Int {
      let names = [String(repeating: "n", count: longest)] + (0..<900).map(String.init)
      let claims = try JSONSerialization.data(withJSONObject: Dictionary(uniqueKeysWithValues: names.map { ($0, 0) }))
      let token = "eyJhbGciOiJSUzI1NiJ9.\(claims.base64EncodedString().filter { $0 != "=" }).e30"
      let outcome = try BuiltCommand.run("inspect", token)
      #expect(outcome.status == 0)
      return outcome.output.utf8.count
    }
    #expect(try size(20_000) - size(1_000) == "(19800 more)".utf8.count - "(800 more)".utf8.count)
  }
}
