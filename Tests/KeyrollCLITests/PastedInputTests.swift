import Foundation
import TestSupport
import Testing

/// What people have in hand, given to the built command.
@Suite(.tags(.process)) struct PastedInputTests {
  private static let certificate = Fixtures.path("certificates/leaf.pem")
  private static let time = ["--at", "2023-11-14T22:18:20Z"]

  private static func token(_ name: String) throws -> String {
    try String(contentsOfFile: Fixtures.path("tokens/\(name).jwt"), encoding: .utf8).filter { $0 != "\n" }
  }

  @Test("a code, its number, an id in brackets, a copied message and an address are explained alike")
  func arguments() throws {
    let byCode = try BuiltCommand.run("explain", "AADSTS700024")
    #expect(byCode.status == 0 && byCode.output.contains("[outside-window]"), "\(byCode)")
    #expect(try BuiltCommand.run("explain", "700024") == byCode)
    #expect(try BuiltCommand.run("explain", "[proof-refused]") == BuiltCommand.run("explain", "proof-refused"))
    for argument in [
      "AADSTS700024: Client assertion is not within its valid time range.",
      "https://login.microsoftonline.com/error?code=700024",
    ] {
      let outcome = try BuiltCommand.run("explain", argument)
      #expect(outcome.status == 0 && outcome.output.contains("[outside-window]"), "\(outcome)")
    }
    let words = try BuiltCommand.run("explain", "Access Token missing or malformed.")
    #expect(words.status == 0 && words.output.contains("[proof-refused]"), "\(words)")
    for missing in ["answers/AADSTS700024.txt", "some words without any answer", "12"] {
      let outcome = try BuiltCommand.run("explain", missing)
      #expect(outcome.status == 2 && outcome.error.contains("is not there"), "\(outcome)")
    }
  }

  @Test("what is not there does not stop the others from being explained")
  func missing() throws {
    let outcome = try BuiltCommand.run("explain", "AADSTS700024", "no-such-thing", "proof-refused")
    #expect(outcome.status == 2)
    #expect(outcome.output.hasPrefix("AADSTS700024:\n") && outcome.output.contains("\nproof-refused:\n"), "\(outcome)")
    #expect(outcome.error.contains("no-such-thing is not there"), "\(outcome)")
    let json = try BuiltCommand.run("explain", "AADSTS700024", "no-such-thing", "--format", "json")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let answers = try #require(object["answers"] as? [[String: Any]])
    #expect(answers.compactMap { $0["name"] as? String } == ["AADSTS700024", "no-such-thing"])
    #expect(answers.last?["notExplained"] != nil)
  }

  @Test("explain judges the proof of a request that has an access token as well, and says so")
  func proofBesideAccessToken() throws {
    let folder = try TemporaryFolder()
    let text =
      "POST /addKey HTTP/1.1\nAuthorization: Bearer \(try Self.token("assertion"))\n\n{\"proof\":\"\(try Self.token("proof-expired"))\"}\n"
    let path = try folder.write(Array(text.utf8), to: "request.txt")
    let outcome = try BuiltCommand.run(
      "explain", Fixtures.path("responses/curl.http"), "--token", path, "--certificate", Self.certificate,
      "--object-id", SignCommandTests.objectID)
    #expect(outcome.status == 0)
    #expect(outcome.error == "keyroll: note: \(path) holds 2 tokens, and the one called proof is taken\n")
    #expect(outcome.output.contains("  FAILED   exp "), "\(outcome)")
    #expect(!outcome.output.contains("FAILED   aud"), "\(outcome)")
  }

  @Test("a next step says what it is about")
  func subjects() throws {
    let outcome = try BuiltCommand.run(
      "explain", Fixtures.path("responses/curl.http"), "--token", Fixtures.path("tokens/assertion-graph-audience.jwt"),
      "--certificate", Self.certificate, "--object-id", SignCommandTests.objectID)
    let steps = outcome.output.components(separatedBy: "\nnext step\n").last ?? ""
    for line in steps.split(separator: "\n") where line.hasPrefix("  ") {
      #expect(
        !line.hasPrefix("  \"") && !line.hasPrefix("  if that") && !line.hasPrefix("  write the whole"), "\(outcome)")
    }
  }

  @Test("verify says that the text holds several tokens, and judges the proof alone")
  func several() throws {
    let text = "{\"access_token\":\"\(try Self.token("assertion"))\",\"proof\":\"\(try Self.token("proof"))\"}"
    let outcome = try BuiltCommand.run(
      [
        "verify", "--profile", "graph-proof", "--certificate", Self.certificate, "--object-id",
        SignCommandTests.objectID,
      ]
        + Self.time + ["-"], input: Array(text.utf8))
    #expect(outcome.status == 1)
    let words = "the text holds 2 tokens (access_token, proof), of which the one called proof is judged alone"
    #expect(
      outcome.output.contains("  FAILED   serialization         \(words) [token-json-serialization]\n"), "\(outcome)")
    #expect(outcome.output.contains("\nthe \(words.dropFirst(4)):\n  without it the token is accepted;"), "\(outcome)")
  }

  @Test("inspect suggests the built-in profile of another issuer, with what the token tells of its parameters")
  func profile() throws {
    func url(_ text: String) -> String {
      Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
    for (claims, kind, line) in [
      (
        #"{"iss":"a@p.example","scope":"x y","aud":"https://oauth2.googleapis.com/token","iat":1,"exp":2}"#,
        "a client assertion",
        "--profile google-service-account --public-key KEY --parameter email=a@p.example --parameter scope=SCOPE TOKEN"
      ),
      (
        #"{"iss":123,"iat":1,"exp":2}"#, "one for GitHub App authentication",
        "--profile github-app --public-key KEY --parameter client-id=123 TOKEN"
      ),
      (
        #"{"iss":"x","sub":"y","iat":1}"#, "none that keyroll knows",
        "--public-key KEY --algorithm RS256 --issuer x TOKEN"
      ),
    ] {
      let outcome = try BuiltCommand.run("inspect", "\(url(#"{"alg":"RS256","typ":"JWT"}"#)).\(url(claims)).AAAA")
      #expect(
        outcome.output.contains("\nkind\n  \(kind)\n\nto verify it\n  keyroll verify \(line)\n"), "\(outcome)")
    }
  }

  @Test("a public key of a set that cannot be read draws a warning, and the others verify")
  func keySet() throws {
    let folder = try TemporaryFolder()
    let key = try BuiltCommand.run("certificate", "--format", "jwk", Self.certificate).output
    let set = "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQ+/\",\"e\":\"AQAB\",\"kid\":\"b\"},\(key)]}"
    let path = try folder.write(Array(set.utf8), to: "keys.json")
    let outcome = try BuiltCommand.run(
      ["verify", "--public-key", path, "--algorithm", "RS256"] + Self.time + [Fixtures.path("tokens/proof.jwt")])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(
      outcome.error.hasPrefix("keyroll: warning: \(path): key 1 of the JWK Set, with the kid \"b\", is not used: "),
      "\(outcome)")
  }
}
