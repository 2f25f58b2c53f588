import Encodings
import JSON
import Messages
import OpenSSLCrypto
import Signing
import TestSupport
import Testing
import Tokens

@testable import Entra

@Suite struct AnswerFinderTests {
  private static let body =
    #"{"error":"invalid_client","error_description":"AADSTS700024: Client assertion is not within its valid time range."}"#

  private static func explanation(
    _ text: String, token: SentToken? = nil, identities: ResponseExplanation.Identities = .init()
  ) throws -> ResponseExplanation {
    ResponseExplanation(
      try ServiceResponse(Array(text.utf8).span), token: token, certificates: [], identities: identities)
  }

  @Test(
    "The same answer is found in every encoding that editors and shells write",
    arguments: ["utf-8", "utf-8-mark", "utf-16le", "utf-16be", "utf-16le-mark", "utf-16be-mark"])
  func encodings(_ name: String) throws {
    let text = "Es gab einen Fehler – \(Self.body)\r\n"
    let isLittle = name.contains("le")
    let units = text.utf16.flatMap { unit in
      let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
      return isLittle ? [low, high] : [high, low]
    }
    let bytes: [UInt8] =
      switch name {
      case "utf-8": Array(text.utf8)
      case "utf-8-mark": [0xEF, 0xBB, 0xBF] + text.utf8
      case "utf-16le-mark": [0xFF, 0xFE] + units
      case "utf-16be-mark": [0xFE, 0xFF] + units
      default: units
      }
    let response = try ServiceResponse(bytes.span)
    #expect(ResponseExplanation(response, token: nil, certificates: []).answer?.id == "outside-window")
    #expect(response.place?.line == 1)
  }

  @Test(
    "An error is found by its object under every quoting",
    arguments: [
      "x {'error': 'invalid_client', 'error_description': \"AADSTS700024: a 'b'\", 'error_codes': [700024]}",
      "x { error: `invalid_client`, error_description: `AADSTS700024: a`, inner: undefined, more: [ 1, ] }",
      #"err="a:\n{\"error\":\"invalid_client\",\"error_description\":\"AADSTS700024: a\"}""#,
      #"{"a":"{\\\"error\\\":\\\"invalid_client\\\",\\\"error_description\\\":\\\"AADSTS700024: a\\\"}"}"#,
      "{&quot;error&quot;:&quot;invalid_client&quot;,&quot;error_description&quot;:&quot;AADSTS700024: a&quot;}",
      "[app] {\n[app]   \"error\": \"invalid_client\",\n[app]   \"error_description\": \"AADSTS700024: a\"\n[app] }",
      "x {'error': 'invalid_client', 'error_description': 'AADSTS700024: '\n   'a'}",
      "x {\"error\":\"invalid_client\",\"error_description\":\"AADSTS700024: a, and here it was cut",
    ])
  func quotings(_ text: String) throws {
    let explanation = try Self.explanation(text)
    #expect(explanation.answer?.id == "outside-window")
    guard case .error(let error) = explanation.response.kind else {
      Issue.record("no error")
      return
    }
    #expect(error.code == "invalid_client")
  }

  @Test(
    "An argument is read as a code only if it is nothing else",
    arguments: [
      ("AADSTS700027", "AADSTS700027"), ("aadsts 700027?", "AADSTS700027"), ("AADSTS999999", "AADSTS999999"),
      ("https://login.microsoftonline.com/error?code=900382", nil),
      ("Authorization_RequestDenied", "Authorization_RequestDenied"),
      ("AADSTS", nil), ("answer.txt", nil), ("", nil),
    ] as [(String, String?)])
  func codes(_ text: String, _ code: String?) { #expect(ServiceAnswer.code(text) == code) }

  @Test("The first of several errors counts, and an object before a code in the text")
  func first() throws {
    #expect(try Self.explanation("a AADSTS700024: x\n\nb AADSTS700016: y").answer?.id == "outside-window")
    #expect(try Self.explanation("a AADSTS700016: x\n\n\(Self.body)").response.place?.line == 3)
  }

  @Test("In a $batch, the first response that is an error counts, with its own status and wait")
  func batch() throws {
    let text = """
      {"responses":[{"id":"1","status":204},{"id":"2","status":429,"headers":{"Retry-After":"8"},
      "body":{"error":{"code":"TooManyRequests","message":"Wait."}}}]}
      """
    let explanation = try Self.explanation(text)
    #expect(explanation.answer?.id == "throttled" && explanation.response.status == 429)
    #expect(explanation.response.retryAfter == 8 && explanation.response.place?.batchID == "2")
    #expect(explanation.nextSteps == ["wait 8 s, and sign a new token if the window of this one ends before that"])
  }

  @Test("A wait is compared with the window of the token", arguments: [("17", true), ("400", false)])
  func wait(_ seconds: String, _ lasts: Bool) throws {
    let token = try Fixtures.bytes("tokens/proof.jwt")
    let sent = SentToken(
      token.span, profile: try .graphProof(objectID: nil), keys: [], cryptography: OpenSSLCryptography(),
      at: NumericDate(seconds: 1_700_000_300))
    let text = """
      HTTP/1.1 429 Too Many Requests\r\nDate: Tue, 14 Nov 2023 22:18:20 GMT\r\nRetry-After: \(seconds)\r\n\r
      {"error":{"code":"TooManyRequests","message":"Wait."}}
      """
    let step = try Self.explanation(text, token: sent).nextSteps.joined()
    #expect(step.contains(lasts ? "send the same request again before 2023-11-14T22:23:20Z" : "with a new token"))
  }

  @Test("A 404 says which of the given ids was not found")
  func identities() throws {
    let id = "0b5f2f6e-7a8a-4d4e-9f53-3f6c2b1a9d01"
    let text = """
      {"error":{"code":"Request_ResourceNotFound","message":"Resource '\(id)' does not exist."}}
      """
    let upper = ExactText(id.uppercased())
    for (identities, words) in [
      (ResponseExplanation.Identities(clientID: upper), "is the client (application) id that was given"),
      (.init(objectID: upper), "is the object id that was given"),
      (.init(objectID: "2f1e9c44-5a0b-4c1d-8e2f-7b6a5c4d3e02"), "is not the object id that was given"),
    ] {
      #expect(try Self.explanation(text, identities: identities).remarks.first?.contains(words) == true)
    }
    #expect(try Self.explanation(text).remarks.isEmpty)
  }

  @Test("A token beside a code in a log is not shown")
  func secrets() throws {
    let token = String(validating: try Fixtures.bytes("tokens/proof.jwt"), as: UTF8.self) ?? ""
    for text in [
      "AADSTS700024: x, sent \(token) y", "POST Bearer \(token)\tRequest_ResourceNotFound",
      "client_secret=\(token) AADSTS700024",
    ] {
      guard case .error(let error) = try Self.explanation(text).response.kind else {
        Issue.record("no error")
        continue
      }
      #expect(error.message?.text.contains("eyJ") == false, "\(error.message?.text ?? "")")
    }
  }

  @Test(
    "A token is found inside other text",
    arguments: [
      ("Bearer TOKEN", "TOKEN"), ("\"TOKEN\"\n", "TOKEN"), ("{\"proof\": \"TOKEN\"}", "TOKEN"),
      ("a=b&client_assertion=TOKEN&d=e", "TOKEN"), ("curl -d client_assertion%3DTOKEN x", "TOKEN"),
      ("`TOKEN`.", "TOKEN"), ("sent TOKEN\nor TOKENx", "TOKEN"), (" TOKEN== \n", "TOKEN=="), ("TOKEN\nd", "TOKEN\nd"),
      ("eyJa.eyJb", "eyJa.eyJb"), ("x\n", "x"),
    ])
  func wrappers(_ text: String, _ token: String) {
    // A header that can be read, as TokenFinder wants it.
    let bare = "\(Base64.url.text(Array(#"{"alg":"RS256"}"#.utf8))).eyJb.c"
    let expected = token.replacing("TOKEN", with: bare)
    #expect(SentToken.token(in: Array(text.replacing("TOKEN", with: bare).utf8).span) == Array(expected.utf8))
  }

  @Test("The address of a redirection is unescaped, and its message ends with its field")
  func redirection() throws {
    let text =
      "https://app.example/callback?error=invalid_client&error_description=AADSTS700027%3a+Client+assertion+contains+an"
      + "+invalid+signature.+%5bReason+-+The+key+used+is+expired.%5d%0d%0aTrace+ID%3a+1&error_uri=https%3a%2f%2flogin.example"
    guard case .error(let error) = try Self.explanation(text).response.kind else {
      Issue.record("no error")
      return
    }
    #expect(
      error.message?.text
        == "AADSTS700027: Client assertion contains an invalid signature. [Reason - The key used is expired.]\nTrace ID: 1"
    )
    #expect(ServiceAnswer(error)?.id == "key-expired", "\(ServiceAnswer(error)?.id ?? "")")
  }

  @Test(
    "The steps to find objects grow in proportion to the length, whatever the text is",
    arguments: [
      #"{"a":"#, "{", #"{"a":[{"#, #"{"a":{"b":"c"},"#, "{'", #"{"a":'{"b":"#, #"{\"a\":"#, "{a:`", "{a:\n", "{\n\n ",
    ])
  func linear(_ part: String) {
    for count in [1000, 4000] {
      let text = Array(String(repeating: part, count: count).utf8)
      var finder = AnswerFinder(text)
      #expect(finder.first() == nil)
      // A view for each of five readings, the limit for each, and one object that was begun before it.
      #expect(finder.stepCount <= 5 * (AnswerFinder.stepsPerByte + 1) * text.count + 5 * 4096, "\(finder.stepCount)")
    }
  }
}
