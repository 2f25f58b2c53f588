import Messages
import Signing
import Testing

@testable import ExternalProgram

@Suite struct SignatureAnswerTests {
  private func answer(_ text: String) throws(SigningError) -> SignatureAnswer {
    try SignatureAnswer(Array(text.utf8), of: "/signer")
  }

  @Test("a signature is base64url, on a line with or without its end", arguments: ["", "\n", "\r\n", " \n"])
  func signature(end: String) throws {
    #expect(try answer(#"{"signature":"-_8A"}"# + end) == .signature([0xFB, 0xFF, 0x00]))
    #expect(try answer(#" { "signature" : "" }"# + end) == .signature([]))
  }

  @Test("a refusal is told, and cut where it is too long") func refusal() throws {
    #expect(try answer(#"{"error":"the key is \"locked\""}"#) == .refusal("the key is \"locked\""))
    let long = String(repeating: "x", count: 501)
    #expect(try answer(#"{"error":"\#(long)"}"#) == .refusal(String(long.dropLast())))
  }

  @Test(
    "anything else is no answer, and the message says why",
    arguments: [
      ("", "ended without an answer"), ("\n", "something else than a JSON object"), ("[]", "is not an object"),
      ("{}", "0 members where one belongs"), ("AAAA\n", "this is no value"),
      (#"{"signature":"AA","error":"x"}"#, "2 members where one belongs"),
      (#"{"signature":"AA","signature":"AA"}"#, "a name occurs twice"),
      (#"{"signature":7}"#, #"a number as "signature""#), (#"{"error":null}"#, #"null as "error""#),
      (#"{"value":"AA"}"#, #"the member "value", which means nothing here"#),
      (#"{"Signature":"AA"}"#, #"the member "Signature", which means nothing here"#),
      (#"{"signature":"AA=="}"#, "not base64url without padding"),
      (#"{"signature":"+/8A"}"#, "not base64url without padding"),
      (#"{"signature":"A"}"#, "not base64url without padding"),
      (#"{"signature":"AB"}"#, "not base64url without padding"),
      ("{\"signature\":\n\"AA\"}\n", "more than one line"), ("{\"signature\":\"AA\"}\n\n", "more than one line"),
      ("{\"signature\":\"AA\"}\n{\"error\":\"x\"}\n", "more than one line"),
      (#"{"signature":"AA"} x"#, "something follows the value"), ("\u{FEFF}{}", "byte order mark"),
    ])
  func malformed(_ text: String, _ reason: String) {
    do throws(SigningError) {
      Issue.record("it is read as \(try answer(text))")
    } catch {
      #expect(error.code == .malformedAnswer)
      #expect(error.message.hasPrefix("/signer ") && error.message.contains(reason), "\(error.message)")
    }
  }
}
