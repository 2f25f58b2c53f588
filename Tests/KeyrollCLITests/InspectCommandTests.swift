import Foundation
import TestSupport
import Testing

@Suite(.tags(.process)) struct InspectCommandTests {
  @Test("a token is shown with its dates and thumbprints, and as not verified")
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

            kind
              a proof of possession, as Microsoft Graph wants it for addKey and removeKey

            to verify it
              keyroll verify --profile graph-proof --certificate CERTIFICATE --object-id 0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01 \(Fixtures.path("tokens/proof-kid-iat.jwt"))

            NOT VERIFIED: nothing above was checked, anybody can have written it.

            """))
  }

  @Test("the JSON form says explicitly that nothing was verified")
  func json() throws {
    let outcome = try BuiltCommand.run("inspect", "--format", "json", Fixtures.path("tokens/proof.jwt"))
    #expect(outcome.status == 0)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(object["verified"] as? Bool == false)
    #expect(object["version"] as? Int == 1)
    #expect(object["kind"] as? String == "proof")
    #expect(object["dropped"] as? [String] == [])
    #expect((object["thumbprints"] as? [String: String])?["x5t"] == "88891A232D3C4BC784E94A802B73C3479A7EE1A0")
    #expect((object["dates"] as? [String: String])?["exp"] == "2023-11-14T22:23:20Z")
  }

  @Test(
    "the readable parts of an odd token are shown, with what is odd about it",
    arguments: [
      ("tokens/proof-padded.jwt", "base64-padding"),
      ("tokens/proof-standard-alphabet.jwt", "base64-other-alphabet"),
      ("tokens/proof-exp-twice.jwt", "json-duplicate-name"),
    ])
  func odd(file: String, id: String) throws {
    let outcome = try BuiltCommand.run("inspect", Fixtures.path(file))
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("[\(id)]\n"), "\(outcome)")
  }

  @Test("text around a token is dropped, and the report says what was dropped")
  func surroundings() throws {
    let proof = try #require(String(bytes: try Fixtures.bytes("tokens/proof.jwt"), encoding: .utf8))
    let bare = try BuiltCommand.run("inspect", "--at", "2023-11-14T22:18:20Z", proof)
    #expect(bare.status == 0 && bare.error.isEmpty)
    for (text, dropped) in [
      ("Bearer \(proof)", "\"Bearer\" in front of it"), ("\"\(proof)\"", "quotation marks"),
      ("{\"proof\": \"\(proof)\", \"keyCredential\": null}", "the JSON around the member \"proof\""),
      (
        "curl -H 'Authorization: Bearer \(proof)' https://graph.microsoft.com/v1.0/me",
        "the curl command around it, the name \"Authorization\" in front of it and \"Bearer\" in front of it"
      ),
    ] {
      let outcome = try BuiltCommand.run("inspect", "--at", "2023-11-14T22:18:20Z", "-", input: Array(text.utf8))
      let note = "keyroll: note: dropped from standard input: \(dropped)\n"
      #expect(outcome == Outcome(status: 0, output: bare.output, error: note))
      #expect(try BuiltCommand.run("inspect", "--at", "2023-11-14T22:18:20Z", text).output == bare.output)
    }
  }

  @Test("each of several tokens is shown")
  func several() throws {
    let names = ["proof", "assertion"]
    let tokens = try names.map { try #require(String(bytes: try Fixtures.bytes("tokens/\($0).jwt"), encoding: .utf8)) }
    let input = Array("{\"proof\":\"\(tokens[0])\",\"client_assertion\":\"\(tokens[1])\"}".utf8)
    let outcome = try BuiltCommand.run("inspect", "--at", "2023-11-14T22:18:20Z", "-", input: input)
    let parts = try tokens.map { try BuiltCommand.run("inspect", "--at", "2023-11-14T22:18:20Z", $0).output }
    #expect(
      outcome
        == Outcome(
          status: 0, output: "token 1 of 2\n\(parts[0])\ntoken 2 of 2\n\(parts[1])",
          error: """
            keyroll: note: dropped from standard input: the JSON around the member "proof"
            keyroll: note: dropped from standard input: the JSON around the member "client_assertion"

            """))
    let json = try BuiltCommand.run("inspect", "--format", "json", "-", input: input)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect((object["tokens"] as? [[String: Any]])?.compactMap { $0["kind"] as? String } == names)
  }

  @Test(
    "the kind of a token is shown, and the command that verifies it",
    arguments: [
      (
        #"{"aud":"https://login.microsoftonline.us/72f988bf-86f1-41af-91ab-2d7cd011db47/oauth2/v2.0/token","iss":"0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01","sub":"0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01"}"#,
        "a client assertion",
        "--profile entra-assertion --certificate CERTIFICATE --tenant 72f988bf-86f1-41af-91ab-2d7cd011db47 --client-id 0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01 --cloud usgov TOKEN"
      ),
      (
        #"{"aud":"https://x.ciamlogin.com/x.example/oauth2/v2.0/token","iss":"a;b","sub":"a;b"}"#, "a client assertion",
        "--profile entra-assertion --certificate CERTIFICATE --tenant x.example --client-id CLIENT_ID --login-host x.ciamlogin.com TOKEN"
      ),
      (
        #"{"aud":"00000003-0000-0000-c000-000000000000","iss":"https://sts.windows.net/x/","appid":"a","ver":"1.0","tid":"x"}"#,
        "an access token: a service issued it, and it does not prove possession of a key",
        "--public-key KEY --algorithm RS256 --issuer https://sts.windows.net/x/ --audience 00000003-0000-0000-c000-000000000000 TOKEN"
      ),
      (
        #"{"aud":"you $(rm)","iss":"-x"}"#, "none that keyroll knows",
        "--public-key KEY --algorithm RS256 --issuer ISSUER --audience AUDIENCE TOKEN"
      ),
    ])
  func kinds(claims: String, kind: String, line: String) throws {
    func url(_ text: String) -> String {
      Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
    let outcome = try BuiltCommand.run("inspect", "\(url(#"{"alg":"RS256","typ":"JWT"}"#)).\(url(claims)).AAAA")
    #expect(
      outcome.output.contains("\nkind\n  \(kind)\n\nto verify it\n  keyroll verify \(line)\n"), "\(outcome)")
  }

  @Test("the good ones of several tokens are shown, and the broken one is named")
  func oneBroken() throws {
    let token = try String(contentsOfFile: Fixtures.path("tokens/proof.jwt"), encoding: .utf8).filter { $0 != "\n" }
    let text = "first \(token) then eyJhbGciOiJSUzI1NiJ9.e.x and \(token) here"
    let outcome = try BuiltCommand.run("inspect", "-", input: Array(text.utf8))
    #expect(outcome.status == 2, "\(outcome)")
    #expect(
      outcome.error.contains(
        "keyroll: warning: token 2 of 3 cannot be read: the payload segment is not base64url: a length that base64 never has, at byte 1 [token-unreadable-segment]\n"
      ),
      "\(outcome)")
    #expect(outcome.output.hasPrefix("token 1 of 3\nNOT VERIFIED") && outcome.output.contains("\ntoken 3 of 3\n"))
    #expect(!outcome.output.contains("token 2 of 3"), "\(outcome)")
    let json = try BuiltCommand.run("inspect", "--format", "json", "-", input: Array(text.utf8))
    let report = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(json.status == 2 && (report["tokens"] as? [Any])?.count == 2)
  }

  @Test("dates in milliseconds are recognised")
  func milliseconds() throws {
    let outcome = try BuiltCommand.run("inspect", Fixtures.path("tokens/proof-both-milliseconds.jwt"))
    #expect(outcome.status == 0)
    #expect(
      outcome.output.contains("  \"nbf\"  1700000000000\n         looks like milliseconds: 2023-11-14T22:13:20Z\n"),
      "\(outcome)")
  }

  @Test("without a token argument, a note says that standard input is read")
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
    "a text that cannot be taken apart is an error",
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

  @Test("a long name is cut, and no member is padded to the longest")
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
