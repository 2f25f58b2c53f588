import Encodings
import Messages
import OpenSSLCrypto
import TestSupport
import Testing
import Tokens

@testable import Entra

/// Answers as people have them in hand: with the request beside them, without their body, with dates in their words.
@Suite struct PastedAnswersTests {
  private static func explanation(_ text: String, token: SentToken? = nil) throws -> ResponseExplanation {
    ResponseExplanation(try ServiceResponse(Array(text.utf8).span), token: token, certificates: [])
  }

  private static func message(_ text: String) throws -> String {
    guard case .error(let error) = try explanation(text).response.kind else { return "" }
    return error.shownMessage ?? ""
  }

  @Test(
    "A secret beside an answer is not shown, wherever the message of the answer begins",
    arguments: [
      "AADSTS7000215: Invalid client secret provided. client_id=a client_secret=CANARY",
      "AADSTS7000215: Invalid client secret provided. Request was client_id: a, client_secret: CANARY, scope: x",
      "AADSTS7000215: Invalid client secret provided. It was abc8Q~CANARY~0123456789abcdef",
      "POST {'password': 'CANARY'} message Access Token missing or malformed.",
      #"{"error":"invalid_client","error_description":"AADSTS7000215: no. client_secret=CANARY"}"#,
    ])
  func secrets(_ text: String) throws {
    let message = try Self.message(text)
    #expect(!message.contains("CANARY") && message.contains("(left out)"), "\(message)")
    #expect(try !"\(Self.explanation(text).json)".contains("CANARY"))
  }

  @Test(
    "A status without a body is said, and how to get the body",
    arguments: [
      (
        "Invoke-RestMethod : The remote server returned an error: (403) Forbidden.\n+ FullyQualifiedErrorId : WebCmdletWebResponseException",
        "403", "$_.ErrorDetails.Message"
      ),
      ("requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://x/addKey", "401", "r.text"),
      ("Response status code does not indicate success: 400 (Bad Request).", "400", "ReadAsStringAsync"),
      ("curl: (22) The requested URL returned error: 404", "404", "curl -i"),
      ("AxiosError: Request failed with status code 429\n  response: { status: 429 }", "429", "error.response.data"),
    ])
  func statusAlone(_ text: String, _ status: String, _ hint: String) {
    do throws(ResponseError) {
      _ = try ServiceResponse(Array(text.utf8).span)
      Issue.record("explained")
    } catch {
      #expect(error.id == "unrecognised-response")
      #expect(error.message.contains("with the status \(status)"), "\(error)")
      #expect(error.hint?.contains(hint) == true, "\(error)")
    }
  }

  @Test(
    "A request that was not sent is said to be so",
    arguments: [
      "curl: (6) Could not resolve host: graph.microsoft.com", "curl: (60) SSL certificate problem: unable to get",
      "HttpRequestException: No such host is known. (graph.microsoft.com:443)",
      "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed",
    ])
  func notSent(_ text: String) {
    #expect { _ = try ServiceResponse(Array(text.utf8).span) } throws: { error in
      (error as? ResponseError)?.hint?.contains("the request was not sent") == true
    }
  }

  @Test("A $batch of which every request was done is done, and one with a failure is not")
  func batch() throws {
    let done = try Self.explanation(#"{"responses":[{"id":"1","status":200,"body":{}},{"id":"2","status":204}]}"#)
    #expect(done.outcome == .done && done.meaning == "each of the 2 requests of the $batch was done")
    let failed =
      #"{"responses":[{"id":"1","status":204},{"id":"2","status":403,"body":{"error":{"code":"Authorization_RequestDenied","message":"no"}}}]}"#
    #expect(try Self.explanation(failed).answer?.id == "request-denied")
    #expect(throws: ResponseError.self) { _ = try Self.explanation(#"{"responses":[{"id":"1","status":500}]}"#) }
  }

  private static let early =
    "AADSTS700024: Client assertion is not within its valid time range. Current time: 2026-05-02T08:00:00.5Z, assertion valid from 2026-05-02T10:01:00Z, expiry time of assertion 2026-05-02T10:11:00Z."

  @Test("The dates in the answer say whether the request came early or late, and by how much")
  func window() throws {
    let before = try Self.explanation(Self.early)
    #expect(
      before.remarks.first
        == "the request came at 2026-05-02T08:00:00Z, 2 h 1 min before the window of the assertion begins at 2026-05-02T10:01:00Z"
    )
    #expect(before.remarks.contains { $0.contains("a local time was written as if it were UTC") })
    #expect(before.nextSteps.first?.hasPrefix("write the times of the assertion in UTC") == true)
    let late = try Self.explanation(Self.early.replacing("08:00:00.5Z", with: "10:24:00.5Z"))
    #expect(
      late.remarks == [
        "the request came at 2026-05-02T10:24:00Z, 13 min after the window of the assertion ended at 2026-05-02T10:11:00Z"
      ])
    #expect(late.nextSteps.first?.hasPrefix("make a new assertion") == true)
  }

  @Test("A token whose window is not the one in the answer is another one")
  func otherToken() throws {
    let token = try Fixtures.bytes("tokens/proof.jwt")
    let sent = SentToken(
      token.span, profile: try .graphProof(objectID: nil), keys: [], cryptography: OpenSSLCryptography(),
      at: NumericDate(seconds: 1_700_000_300))
    #expect(try Self.explanation(Self.early, token: sent).remarks.first?.contains("another one was sent") == true)
    let start = try #require(sent.window?.start), end = try #require(sent.window?.end)
    let own = Self.early.replacing("2026-05-02T10:01:00Z", with: "\(start)").replacing(
      "2026-05-02T10:11:00Z", with: "\(end)")
    #expect(try !Self.explanation(own, token: sent).remarks.contains { $0.contains("another one was sent") })
  }

  @Test("A key that is not valid yet is told from one that has ended")
  func keyDates() throws {
    let text =
      "AADSTS700027: The certificate is expired on application. [Reason - The key used is expired., Found key 'Start=05/03/2026 00:00:00, End=05/03/2028 00:00:00'] Timestamp: 2026-05-02 12:00:00Z"
    let early = try Self.explanation(text)
    #expect(early.answer?.id == "key-expired" && early.meaning.contains("Start is still ahead"))
    #expect(early.remarks.first?.contains("12 h before: the key is not valid yet") == true)
    let late = try Self.explanation(text.replacing("2026-05-02 12", with: "2028-05-04 12"))
    #expect(late.meaning.contains("End is past"))
  }

  @Test("An error inside the message of another is the one that counts")
  func inner() throws {
    let text =
      #"{"error":{"code":"UnknownError","message":"{\"Error\":{\"Code\":\"Authentication_MissingOrMalformed\",\"Message\":\"Access Token missing or malformed.\"}}"}}"#
    #expect(try Self.explanation(text).answer?.id == "proof-refused")
  }

  @Test("A second code in the text is mentioned with its line, and the first counts")
  func otherCodes() throws {
    let explanation = try Self.explanation(
      "AADSTS700024: early\n\nlater\n\nAADSTS700016: not found\nAADSTS700024: again")
    #expect(explanation.answer?.id == "outside-window")
    #expect(explanation.remarks == ["line 5 of the text has another code, AADSTS700016"])
  }

  @Test("Colours of a terminal, and the lines that follow a message, are not part of it")
  func colours() throws {
    let text =
      "\u{1B}[31;1mAdd-MgApplicationKey_Add: \u{1B}[31;1mAccess Token missing or malformed.\u{1B}[0m\n\u{1B}[31;1mStatus: 401 (Unauthorized)\u{1B}[0m\nErrorCode: Authentication_MissingOrMalformed\n"
    let explanation = try Self.explanation(text)
    #expect(explanation.response.status == 401)
    #expect(try Self.message(text) == "Access Token missing or malformed.")
  }

  @Test("What PowerShell wrote as CLIXML is read without its elements")
  func clixml() throws {
    let text =
      #"<Objs><S S="Error">x : {"error":{"code":"Authentication_MissingOrMalformed","message":"Access Token missing _x000D__x000A_</S><S S="Error">or malformed."}}_x000D__x000A_</S></Objs>"#
    #expect(try Self.explanation(text).answer?.id == "proof-refused")
    #expect(try !Self.message(text).contains("S="))
  }

  @Test(
    "A number in a log of sign-ins is a code where its field says so",
    arguments: [
      #"{"status": {"errorCode": 700027, "failureReason": "Client assertion contains an invalid signature."}}"#,
      "Date (UTC),Sign-in error code,Failure reason\n2026-05-02,700027,Client assertion contains an invalid signature.",
    ])
  func signIns(_ text: String) throws {
    guard case .error(let error) = try Self.explanation(text).response.kind else {
      Issue.record("no error")
      return
    }
    #expect(error.entraCodes == ["AADSTS700027"])
  }

  @Test("An error of Key Vault is not said to be of Graph, and a failure of Graph itself may be sent again")
  func others() throws {
    for text in [
      #"{"error":{"code":"BadParameter","message":"Invalid length of value."}}"#,
      #"{"error":{"code":"Forbidden","message":"no","innererror":{"code":"ForbiddenByPolicy"}}}"#,
    ] {
      let response = try Self.explanation(text).response
      #expect(response.serviceTitle == "Azure Key Vault" && response.service == nil)
    }
    let failed = try Self.explanation(
      "HTTP/1.1 500 X\r\n\r\n{\"error\":{\"code\":\"generalException\",\"message\":\"An error occurred.\"}}")
    #expect(
      failed.nextSteps == ["the service itself failed: send the same request again while the window of the token lasts"]
    )
  }

  @Test("Of a request with its access token, the proof is judged, and of one to the token endpoint the assertion")
  func meant() throws {
    let proof = String(validating: try Fixtures.bytes("tokens/proof.jwt"), as: UTF8.self)?.filter { $0 != "\n" } ?? ""
    let assertion =
      String(validating: try Fixtures.bytes("tokens/assertion.jwt"), as: UTF8.self)?.filter { $0 != "\n" } ?? ""
    for text in [
      "Authorization: Bearer \(assertion)\r\n\r\n{\"proof\":\"\(proof)\",\"client_assertion\":\"\(assertion)\"}",
      "curl -H 'Authorization: Bearer \(assertion)' -d '\(proof)' -d client_assertion=\(assertion)",
    ] {
      #expect(SentToken.token(in: Array(text.utf8).span, for: .graph) == Array(proof.utf8))
      #expect(SentToken.token(in: Array(text.utf8).span, for: .tokenEndpoint) == Array(assertion.utf8))
    }
  }
}
