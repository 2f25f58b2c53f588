import Encodings
import Entra
import Foundation
import JSON
import Messages
import Tokens
import OpenSSLCrypto
import Signing
import TestSupport
import Testing

@Suite struct ServiceResponseTests {
  struct Row: Decodable, Sendable, CustomTestStringConvertible {
    let file: String
    let why: String
    let outcome: String?
    let answer: String?
    let error: String?
    /// The place of the answer in a longer text.
    let line: Int?
    let `in`: String?

    var testDescription: String { "\(file): \(why)" }
    func bytes() throws -> [UInt8] { try Fixtures.bytes("responses/\(file)") }
  }

  static let rows: [Row] = {
    do {
      return try JSONDecoder().decode([Row].self, from: Data(contentsOf: Fixtures.url("responses/manifest.json")))
    } catch {
      Issue.record("responses/manifest.json: \(error)")
      return []
    }
  }()

  private static func explanation(_ file: String, certificates: [Certificate] = []) throws -> ResponseExplanation {
    let text = try Fixtures.bytes("responses/\(file)")
    return ResponseExplanation(try ServiceResponse(text.span), token: nil, certificates: certificates)
  }

  @Test("Each answer is recognised, or refused under its id", arguments: rows)
  func told(_ row: Row) throws {
    let text = try row.bytes()
    do throws(ResponseError) {
      let explanation = ResponseExplanation(try ServiceResponse(text.span), token: nil, certificates: [])
      #expect(row.error == nil)
      #expect(explanation.outcome.rawValue == row.outcome)
      #expect(explanation.answer?.id == row.answer)
      #expect(explanation.response.place?.line == row.line)
      #expect(explanation.response.place?.surroundings.rawValue == row.in)
      #expect(!explanation.meaning.isEmpty)
      if row.answer != nil { #expect(!explanation.nextSteps.isEmpty) }
    } catch {
      #expect(error.id == row.error)
      #expect(!error.message.isEmpty)
    }
  }

  @Test(
    "A body that is still compressed or in chunks is not called damaged",
    arguments: [
      ("Content-Encoding: br", "\u{1}\u{2}", "the body is compressed"),
      ("content-encoding: gzip", "x", "the body is compressed"),
      ("Transfer-Encoding: chunked", "1a\r\n{\"error\":1}", "the body is still in the chunks in which it was sent"),
      ("Transfer-Encoding: chunked", "upstream error", "JSON"), ("Content-Encoding: identity", "x", "JSON"),
    ])
  func asSent(_ field: String, _ body: String, _ message: String) {
    let text = Array("HTTP/1.1 401 Unauthorized\r\n\(field)\r\n\r\n\(body)".utf8)
    do throws(ResponseError) {
      _ = try ServiceResponse(text.span)
      Issue.record("read")
    } catch { #expect(error.message.contains(message), "\(error.message)") }
  }

  @Test("Every known answer has a saved one", arguments: ServiceAnswer.all.map(\.id))
  func complete(_ id: String) {
    #expect(Self.rows.contains { $0.answer == id })
  }

  @Test("No id of an answer occurs twice, and each says what it means and what to do")
  func table() {
    #expect(Set(ServiceAnswer.all.map(\.id)).count == ServiceAnswer.all.count)
    for answer in ServiceAnswer.all {
      #expect(!answer.meaning.isEmpty && !answer.nextStep.isEmpty && !answer.quotation.isEmpty, "\(answer.id)")
      #expect(answer.document.utf8.count > 10, "\(answer.id)")
    }
  }

  @Test("Each code that people ask about is known, unless there is no document about it", arguments: askedCodes)
  func codes(_ code: String) {
    let answers = ServiceAnswer.answers(to: code)
    #expect(answers.isEmpty == Self.undocumented.contains(code))
    #expect(ServiceAnswer.code(code) == (answers.isEmpty ? nil : code))
  }

  /// `KeyCredentialsInvalid…` stands for two codes that were seen; other endings are not reported
  /// anywhere.
  private static let undocumented = ["KeyCredentialsInvalidKey"]

  private static let askedCodes: [String] = {
    let entra = [
      1_000_502, 1_002_012, 500011, 50012, 50027, 50034, 53003, 65001, 70021, 700016, 700021, 700023, 700024, 700025,
      700027, 700030, 700211, 700212, 700213, 7_000_112, 7_000_114, 7_000_214, 7_000_215, 7_000_216, 7_000_217,
      7_000_218, 7_000_222, 7_000_229, 7_000_274, 7_000_277, 7_002_137, 7_002_138, 7_005_003, 7_005_004, 7_005_005,
      7_005_006, 90002, 90013, 90014, 900023, 900382, 90038, 900432, 392200,
    ]
    return entra.map { "AADSTS\($0)" } + [
      "Authorization_RequestDenied", "InvalidAuthenticationToken", "Authentication_ExpiredToken",
      "Request_ResourceNotFound", "Directory_ConcurrencyViolation", "Directory_ResourceSizeExceeded",
      "CannotUpdateLockedServicePrincipalProperty", "CannotUpdateLockedServicePrincipalPropertyWithEnforcementScope",
      "KeyCredentialsInvalidEndDate", "KeyCredentialsInvalidValue", "KeyCredentialsInvalidKey",
      "CredentialTypeNotAllowedAsPerAppPolicy", "TooManyRequests",
    ]
  }()

  @Test(
    "The reason in brackets decides before the sentence",
    arguments: [
      ("The key was not found.", "key-not-found"), ("The key used is expired.", "key-expired"),
      ("The provided signature value did not match the expected signature value.", "signature-refused"),
      ("Key was found, but use of the key to verify the signature failed.", "signature-refused"),
      ("Something else.", "signature-refused"),
    ])
  func reasons(_ reason: String, _ answer: String) throws {
    for code in ["AADSTS700027", "AADSTS50012"] {
      let body = """
        {"error":"invalid_client","error_description":"\(code): Client assertion contains an invalid signature. [Reason - \(reason)]"}
        """
      let explanation = ResponseExplanation(
        try ServiceResponse(Array(body.utf8).span), token: nil, certificates: [])
      #expect(explanation.answer?.id == answer)
    }
  }

  @Test(
    "The time of an answer is that of the service",
    arguments: ["curl.http", "curl-continue.http", "proof-refused.json", "outside-window.json", "line-feeds.http"])
  func date(file: String) throws {
    #expect(try Self.explanation(file).response.date == NumericDate(seconds: 1_700_000_300))
  }

  @Test(
    "A date in a form that services do not write is not read",
    arguments: [
      "", "Tue, 14 Nov 2023 22:18:20 UTC", "Tue, 99 Nov 2023 22:18:20 GMT", "Tuesday, 14-Nov-23 22:18:20 GMT",
    ])
  func noDate(_ value: String) throws {
    let text = Array("HTTP/1.1 204 No Content\r\nDate: \(value)\r\n\r\n".utf8)
    let saved = try SavedResponse(text.span)
    #expect(saved.date == nil)
    #expect(saved[field: "DATE"] == value)
  }

  @Test("The last of several header sections counts")
  func sections() throws {
    for (file, status) in [
      ("curl-continue.http", 401), ("proxy.http", 401), ("http2.http", 401), ("key-added.http", 200),
    ] {
      let bytes = try Fixtures.bytes("responses/\(file)")
      let saved = try SavedResponse(bytes.span)
      #expect(saved.status == status)
      #expect(saved[field: "content-type"] == "application/json")
      #expect(saved.body.first == UInt8(ascii: "{"))
    }
  }

  @Test(
    "The wrong forms of a thumbprint that Entra received are told apart",
    arguments: [
      ("key-not-found.json", ReceivedThumbprint.Form.sha1, true), ("key-not-found-sha256.json", .sha256, true),
      ("key-not-found-hex-text.json", .hexadecimalText, true),
      ("key-not-found-sha256-hex-text.json", .hexadecimalText, true), ("key-not-found-odd.json", .other, false),
      ("signature-refused-key-found.json", .sha1, true),
    ])
  func thumbprint(_ file: String, _ form: ReceivedThumbprint.Form, _ isOfLeaf: Bool) throws {
    for (name, isOwner) in [("leaf", isOfLeaf), ("other", false)] {
      let bytes = try Fixtures.bytes("certificates/\(name).pem")
      let explanation = try Self.explanation(file, certificates: try CertificateFile.read(bytes.span))
      #expect(explanation.thumbprint?.form == form)
      #expect(explanation.thumbprintRemarks.contains("it is not of any given certificate") != isOwner)
      #expect((explanation.thumbprint?.nextStep == nil) == (form == .sha1 || form == .sha256))
    }
  }

  @Test(
    "A token says which header name carried the thumbprint",
    arguments: [
      ("key-not-found.json", "assertion-rs256", "its form is not the mistake"),
      ("key-not-found.json", "assertion-x5t-s256-of-sha1", "belongs in x5t, and x5t#S256 carried it"),
      ("key-not-found-sha256.json", "assertion-x5t-of-sha256", "belongs in x5t#S256, and x5t carried it"),
      ("key-not-found-hex-text.json", "assertion-x5t-of-hex", "hexadecimal text of a thumbprint, 40 bytes"),
      ("key-not-found-sha256.json", "assertion-rs256", "this is not the token that was sent"),
    ])
  func carrier(_ file: String, _ token: String, _ remark: String) throws {
    let text = try Fixtures.bytes("responses/\(file)")
    let assertion = try Fixtures.bytes("tokens/\(token).jwt")
    let sent = SentToken(
      assertion.span, profile: try .entraAssertion(tenant: nil, clientID: nil), keys: [],
      cryptography: OpenSSLCryptography(), at: NumericDate(seconds: 1_700_000_300))
    let explanation = ResponseExplanation(try ServiceResponse(text.span), token: sent, certificates: [])
    #expect(explanation.thumbprintRemarks.contains { $0.contains(remark) }, "\(explanation.thumbprintRemarks)")
  }

  @Test("Every mutation of a saved answer gives an answer or an error", arguments: rows)
  func mutations(_ row: Row) throws {
    var generator = SeededGenerator(seed: 5)
    let text = try row.bytes()
    for _ in 0..<100 {
      let changed = Mutation.mutate(text, using: &generator)
      guard let response = try? ServiceResponse(changed.span) else { continue }
      let explanation = ResponseExplanation(response, token: nil, certificates: [])
      #expect(!explanation.meaning.isEmpty && explanation.json["version"] == .integer(1))
    }
  }
}
