import Foundation
import TestSupport
import Testing

@Suite(.tags(.process)) struct ExplainCommandTests {
  private static let certificate = Fixtures.path("certificates/leaf.pem")

  private static func explain(_ file: String, _ options: String...) throws -> Outcome {
    try BuiltCommand.run(["explain", Fixtures.path("responses/\(file)")] + options)
  }

  private static func token(_ name: String) -> String { Fixtures.path("tokens/\(name).jwt") }

  @Test("the misleading 401 is said to be about the proof, and the check that explains it is named")
  func proofRefused() throws {
    let outcome = try Self.explain(
      "curl.http", "--token", Self.token("proof-expired"), "--certificate", Self.certificate, "--object-id",
      SignCommandTests.objectID)
    #expect(
      outcome
        == Outcome(
          status: 0,
          output: """
            REFUSED  Microsoft Graph, 401 Authentication_MissingOrMalformed [proof-refused]

            message
              "Access Token missing or malformed."
              request-id: 7d1b6f0e-3c2a-4b5d-9e8f-0a1b2c3d4e05
              client-request-id: 7d1b6f0e-3c2a-4b5d-9e8f-0a1b2c3d4e05

            meaning
              from addKey or removeKey it means that the proof is bad: the message blames the wrong token

            token: graph-proof, judged for 2023-11-14T22:18:20Z
              FAILED   exp                   exp is 2023-11-13T22:23:20Z, 23 h 55 min ago [expired]
                                             hint: make a new token

            next step
              make a new token

            REFUSED  Microsoft Graph, 401 [proof-refused]

            """))
  }

  @Test("what was signed in place of the token explains it, too")
  func diagnosedSignature() throws {
    let outcome = try Self.explain(
      "curl.http", "--token", Self.token("proof-newline-signed"), "--certificate", Self.certificate, "--object-id",
      SignCommandTests.objectID)
    #expect(outcome.status == 0 && outcome.error.isEmpty)
    #expect(
      outcome.output.contains("over the signing input and a line break, and RS256 is PKCS #1 v1.5 with SHA-256"),
      "\(outcome)")
    #expect(outcome.output.contains("[signature-with-newline]\n"), "\(outcome)")
  }

  @Test("if no check explains it, the report says what else to look at")
  func remaining() throws {
    let outcome = try Self.explain(
      "curl.http", "--token", Self.token("proof"), "--certificate", Self.certificate, "--object-id",
      SignCommandTests.objectID)
    #expect(outcome.status == 0)
    #expect(outcome.error.isEmpty)
    #expect(
      outcome.output.contains(
        """

        token: graph-proof, judged for 2023-11-14T22:18:20Z
          no failed check explains the answer

        what the token does not show
          the certificate is not registered on the object in the address, or has ended there
        """), "\(outcome)")
    #expect(outcome.output.contains("a 401 right after addKey is not yet a failure\n"))
  }

  @Test("without a key the claims are still judged, and the report says what was not judged")
  func keyless() throws {
    let outcome = try Self.explain("audience-refused.json", "--token", Self.token("assertion-graph-audience"))
    #expect(outcome.status == 0)
    #expect(
      outcome.output.contains(
        "\ntoken: entra-assertion, judged for 2023-11-14T22:18:20Z, without a key\n  FAILED   aud "))
    #expect(
      outcome.output.contains(
        "  neither the signature nor a thumbprint was checked: give --certificate\n  not compared: iss, sub\n"),
      "\(outcome)")
    #expect(!outcome.output.contains("FAILED   signature"))
  }

  @Test("a failure without a known answer is distinguished from the one that explains it")
  func others() throws {
    let outcome = try Self.explain(
      "outside-window.json", "--token", Self.token("assertion-milliseconds"), "--certificate", Self.certificate)
    #expect(outcome.status == 0)
    #expect(
      outcome.output.contains(
        """
          no failed check explains the answer
          whether the service answers so to these is not known:
          FAILED   exp 
        """), "\(outcome)")
  }

  @Test("what the endpoint is seen to tolerate does not explain its answer")
  func lenient() throws {
    let outcome = try Self.explain(
      "signature-refused.json", "--token", Self.token("assertion-padded"), "--certificate", Self.certificate)
    #expect(outcome.status == 0)
    #expect(!outcome.output.contains("FAILED"), "\(outcome)")
  }

  @Test("the JSON form has a version, what it means, and the explaining checks")
  func json() throws {
    let outcome = try Self.explain(
      "key-not-found-sha256.json", "--token", Self.token("assertion-x5t-of-sha256"), "--certificate", Self.certificate,
      "--format", "json")
    #expect(outcome.status == 0)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(object["version"] as? Int == 1)
    #expect(object["outcome"] as? String == "refused")
    #expect(object["answer"] as? String == "key-not-found")
    #expect(object["known"] as? Bool == true)
    #expect((object["thumbprint"] as? [String: Any])?["form"] as? String == "sha-256")
    let token = try #require(object["token"] as? [String: Any])
    let explaining = try #require(token["explaining"] as? [[String: Any]])
    #expect(explaining.map { $0["reason"] as? String } == ["thumbprint-wrong-hash"])
    #expect((object["causes"] as? [String])?.isEmpty == true)
  }

  @Test("an access token is never shown, whatever the format", arguments: ["text", "json"])
  func accessToken(format: String) throws {
    let outcome = try Self.explain("access-token.json", "--format", format)
    #expect(outcome.status == 0)
    #expect(!(outcome.output + outcome.error).contains("eyJ"))
    #expect(outcome.output.contains("an access token was issued"), "\(outcome)")
  }

  @Test("an unknown answer is called unknown, and its text cannot control the terminal")
  func unknown() throws {
    let outcome = try Self.explain("unknown-graph.json")
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("REFUSED  Microsoft Graph, Directory_SomethingNew\n"))
    #expect(
      outcome.output.contains(
        #"""
          "Insufficient\u001b[2J privileges."
          "keyroll: error: forged"

        """#), "\(outcome)")
    #expect(outcome.output.contains("  keyroll does not know this code; the message is all there is\n"))
  }

  @Test("a page of a proxy is not an answer", arguments: ["proxy-page.http", "proxy-page.html"])
  func page(file: String) throws {
    let outcome = try Self.explain(file)
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("UNANSWERED  "))
    #expect(outcome.output.contains("this is a web page, not an answer of the services"), "\(outcome)")
    #expect(!outcome.output.contains("Blocked"))
  }

  @Test("a success is said to be one, with the id of the new credential")
  func success() throws {
    let outcome = try Self.explain("key-added.http")
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("DONE  Microsoft Graph, 200\n"))
    #expect(outcome.output.contains("  keyId 7d1b6f0e-3c2a-4b5d-9e8f-0a1b2c3d4e05\n"), "\(outcome)")
    #expect(try Self.explain("key-removed.http").output.hasPrefix("DONE  Microsoft Graph, 204\n"))
  }

  @Test("the answer is read from standard input")
  func standardInput() throws {
    let bytes = try Fixtures.bytes("responses/http2.http")
    let outcome = try BuiltCommand.run("explain", "-", input: bytes)
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("REFUSED  "), "\(outcome)")
  }

  @Test(
    "what cannot be read is one line of error with its id",
    arguments: [
      ("empty.http", "malformed-response"), ("no-status.http", "malformed-response"),
      ("compressed.http", "malformed-response"), ("other.json", "unrecognised-response"), ("text.http", "json-syntax"),
      ("twice.json", "json-duplicate-name"),
    ])
  func unreadable(file: String, id: String) throws {
    let outcome = try Self.explain(file)
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.error.contains(" [\(id)]\n"), "\(outcome)")
  }

  @Test(
    "an option that would do nothing is refused",
    arguments: [
      (["--tenant", "contoso.com"], "--tenant goes with --token"),
      (["--at", "2023-11-14T22:18:20Z"], "--at goes with --token"),
      (["--token", token("proof"), "--tenant", "contoso.com"], "--tenant is not for a proof"),
      (["--token", "-", "--certificate", "-"], "standard input cannot be both the token and the certificate"),
    ])
  func usage(options: [String], message: String) throws {
    let outcome = try BuiltCommand.run(["explain", Fixtures.path("responses/curl.http")] + options)
    #expect(outcome.status == 64)
    #expect(outcome.error.hasPrefix("keyroll: error: \(message) [usage]\n"), "\(outcome)")
  }

  @Test("without a date in the answer the token is judged for the time of --at, or for now with a note")
  func noDate() throws {
    let body = Array(#"{"error":{"code":"Authentication_MissingOrMalformed","message":"Access Token missing"}}"#.utf8)
    let now = try BuiltCommand.run("explain", "-", "--token", Self.token("proof"), input: body)
    #expect(now.status == 0)
    #expect(now.output.contains("[expired]"))
    #expect(now.error.hasPrefix("keyroll: note: the answer has no date: "), "\(now)")
    let then = try BuiltCommand.run(
      "explain", "-", "--token", Self.token("proof"), "--at", "2023-11-14T22:18:20Z", input: body)
    #expect(then.error.isEmpty)
    #expect(!then.output.contains("FAILED"), "\(then)")
  }

  @Test("an answer in an exception text is found, and where is said")
  func exceptionText() throws {
    let outcome = try Self.explain("pasted-java-msal4j-completion.txt")
    #expect(
      outcome
        == Outcome(
          status: 0,
          output: """
            REFUSED  the token endpoint, AADSTS700023 [audience-refused]

            found
              in line 1, in an exception text

            message
              "AADSTS700023: Client assertion audience claim does not match Realm issuer. Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credential"… (135 more)

            meaning
              aud of the assertion is of another host, tenant or cloud than the endpoint

            failed checks that it comes from
              aud:claim-mismatch, aud:claim-known-mistake

            what no token shows
              the request went to another host or tenant than aud names

            next step
              let aud be the address that the request goes to
              give the token that was sent by --token, and its certificate by --certificate, to see which it is

            REFUSED  the token endpoint [audience-refused]

            """))
  }

  @Test("a code alone is explained by every answer that has it")
  func code() throws {
    let outcome = try BuiltCommand.run("explain", "AADSTS7000215")
    #expect(
      outcome
        == Outcome(
          status: 0,
          output: """
            the token endpoint, AADSTS7000215

            [secret-wrong] AADSTS7000215
              meaning: the client secret is wrong; often its id was sent in place of its value. No assertion was looked at
              next step: send client_assertion in place of client_secret, or the value of the secret

            """))
    let several = try BuiltCommand.run("explain", "aadsts700027")
    #expect(several.status == 0)
    #expect(several.output.contains("the message that came with it says which of these it is"), "\(several)")
    for id in ["key-not-found", "key-expired", "key-revoked", "signature-refused", "assertion-refused"] {
      #expect(several.output.contains("\n[\(id)] "), "\(id)")
    }
    let unknown = try BuiltCommand.run("explain", "AADSTS9999999", "--format", "json")
    #expect(unknown.status == 0 && unknown.output.contains("\"known\": false"), "\(unknown)")
  }

  @Test("an id of keyroll's own is explained, and what the services answer to it")
  func ownID() throws {
    #expect(
      try BuiltCommand.run("explain", "wrong-password")
        == Outcome(
          status: 0,
          output: """
            wrong-password

            meaning
              the password does not open the file

            """))
    let fault = try BuiltCommand.run("explain", "audience-several")
    #expect(fault.output.contains("what the services answer to it\n\n[assertion-malformed] AADSTS50027"), "\(fault)")
  }

  @Test("an argument that is neither a file nor a code is called that")
  func neither() throws {
    #expect(
      try BuiltCommand.run("explain", "no-such-thing")
        == Outcome(
          status: 2, output: "",
          error: """
            keyroll: error: no-such-thing is not there, and is not a code or an id that is known [file-unreadable]
            keyroll: hint: give a file with the answer, a code such as AADSTS700027, or an id that keyroll printed in brackets

            """))
  }

  @Test("several answers are explained under their names, and what cannot be read does not stop the others")
  func several() throws {
    let paths = ["key-removed.http", "text.http", "curl.http"].map { Fixtures.path("responses/\($0)") }
    let outcome = try BuiltCommand.run(["explain"] + paths)
    #expect(outcome.status == 2)
    #expect(outcome.output.hasPrefix("\(paths[0]):\nDONE  Microsoft Graph, 204\n"), "\(outcome)")
    #expect(outcome.output.contains("\n\n\(paths[2]):\nREFUSED  "), "\(outcome)")
    #expect(outcome.error.hasPrefix("keyroll: error: \(paths[1]) is not explained: "), "\(outcome)")
    #expect(outcome.error.contains("[json-syntax]"))
    let programs = try BuiltCommand.run(["explain", paths[1], "AADSTS700024", "--format", "json"])
    let report = try #require(try JSONSerialization.jsonObject(with: Data(programs.output.utf8)) as? [String: Any])
    let failed = try #require((report["answers"] as? [[String: Any]])?.first)
    #expect(programs.status == 2 && (failed["notExplained"] as? [String: Any])?["id"] as? String == "json-syntax")
    let json = try BuiltCommand.run(["explain", paths[0], "AADSTS700024", "--format", "json"])
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(
      (object["answers"] as? [[String: Any]])?.compactMap { $0["name"] as? String } == [paths[0], "AADSTS700024"])
  }

  @Test("a folder that a request was sent from gives the token and its certificate, too")
  func folder() throws {
    let folder = try TemporaryFolder()
    do {
      let path = folder.path("")
      let copies = [
        ("answer.txt", "responses/curl.http"), ("proof.jwt", "tokens/proof-expired.jwt"),
        ("signing-certificate.cer", "certificates/leaf.pem"),
      ]
      for (name, fixture) in copies {
        try folder.write(try Fixtures.bytes(fixture), to: name)
      }
      let outcome = try BuiltCommand.run("explain", path, "--object-id", SignCommandTests.objectID)
      #expect(outcome.status == 0 && outcome.error.isEmpty)
      #expect(outcome.output.contains("  FAILED   exp "), "\(outcome)")
      #expect(!outcome.output.contains("neither the signature nor a thumbprint was checked"), "\(outcome)")
      try FileManager.default.removeItem(atPath: folder.path("answer.txt"))
      let empty = try BuiltCommand.run("explain", path)
      #expect(empty.status == 2 && empty.error.contains(" has no answer.txt [file-unreadable]\n"), "\(empty)")
    }
  }

  @Test("what surrounds the token in its file explains nothing")
  func wrapped() throws {
    let folder = try TemporaryFolder()
    do {
      let token = String(validating: try Fixtures.bytes("tokens/proof.jwt"), as: UTF8.self) ?? ""
      let texts = ["Bearer \(token)\n", "\"\(token)\"", #"{"proof": "\#(token)"}"#]
      for text in texts {
        let file = try folder.write(Array(text.utf8), to: "token")
        let outcome = try Self.explain(
          "curl.http", "--token", file, "--certificate", Self.certificate, "--object-id",
          SignCommandTests.objectID)
        #expect(outcome.output.contains("  no failed check explains the answer\n"), "\(outcome)")
      }
    }
  }

  @Test("a further option never hides a cause")
  func warned() throws {
    let options = [
      "--token", Self.token("proof-issued-by-client-id"), "--certificate", Self.certificate, "--object-id",
      SignCommandTests.objectID,
    ]
    let path = Fixtures.path("responses/curl.http")
    let without = try BuiltCommand.run(["explain", path] + options)
    #expect(without.output.contains("  FAILED   iss "), "\(without)")
    let with = try BuiltCommand.run(
      ["explain", path, "--client-id", "2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02"] + options)
    #expect(
      with.output.contains(
        """
          every check that the answer could come from passes; a warning may explain it:
          warning  iss 
        """), "\(with)")
  }

  @Test("a client id that was not found as an object is named")
  func clientID() throws {
    let outcome = try Self.explain("object-not-found.json", "--client-id", "2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("is the client (application) id that was given\n"), "\(outcome)")
  }
}
