import Entra
import Tokens
import TestSupport
import Testing

/// Each published mistake, and each answer of the services that a token can cause, with the token that shows it.
///
/// A new row in the table of answers fails without a row here, and so does a row here without its token.
@Suite("Published mistakes")
struct PublishedMistakesTests {
  struct Item: Sendable, CustomTestStringConvertible {
    let mistake: String
    let file: String
    /// The one check that fails, with its reason.
    let failure: String
    /// The answer that it causes, or nil if nobody has reported one.
    let answer: String?
    /// The saved answer with the registered credentials, if the token fails because of them.
    let registered: String?

    init(_ mistake: String, _ file: String, _ failure: String, _ answer: String?, registered: String? = nil) {
      self.mistake = mistake
      self.file = "\(file).jwt"
      self.failure = failure
      self.answer = answer
      self.registered = registered
    }

    var testDescription: String { "\(mistake): \(file)" }

    func row() throws -> TokenFixtureTests.Row {
      // Without the registered credentials, such a token is good.
      let expected = registered == nil ? failure : nil
      return try #require(TokenFixtureTests.rows.first { $0.file == file && $0.expected == expected })
    }
  }

  private static let samples: [Item] = [
    Item("aud of a withdrawn how-to", "proof-graph-app-audience", "aud:claim-known-mistake", "proof-refused"),
    Item("nbf is the UTC offset, west", "proof-offset-west", "nbf:date-near-1970", "proof-refused"),
    Item("nbf is the UTC offset, east", "proof-offset-east", "nbf:date-near-1970", "proof-refused"),
    Item("RS512", "proof-rs512", "alg:algorithm-unproven", nil),
    Item(
      "signature in padded standard base64", "proof-standard-padded", "signature-encoding:base64-other-alphabet",
      "proof-refused"),
    Item("= in x5t", "proof-x5t-padded", "x5t:thumbprint-encoding", "proof-refused"),
    Item("no exp, so the library chose an hour", "proof-one-hour", "lifetime:window-too-long", "proof-refused"),
    Item("SHA-256 in x5t", "proof-x5t-of-sha256", "x5t:thumbprint-wrong-hash", "proof-refused"),
    Item("SHA-256 in x5t", "assertion-x5t-of-sha256", "x5t:thumbprint-wrong-hash", "key-not-found"),
    Item("SHA-1 in x5t#S256", "assertion-x5t-s256-of-sha1", "x5t-s256:thumbprint-wrong-hash", "key-not-found"),
    Item("hexadecimal text in x5t", "proof-x5t-of-hex", "x5t:thumbprint-hex-text", "proof-refused"),
    Item("hexadecimal text in x5t", "assertion-x5t-of-hex", "x5t:thumbprint-hex-text", "key-not-found"),
    Item("hexadecimal text in x5t#S256", "assertion-x5t-s256-of-hex", "x5t-s256:thumbprint-hex-text", "key-not-found"),
    Item("digits not encoded again, x5t", "proof-x5t-hex", "x5t:thumbprint-hex-text", "proof-refused"),
    Item(
      "digits not encoded again, x5t#S256", "assertion-x5t-s256-hex", "x5t-s256:thumbprint-hex-text", "key-not-found"),
    Item("exp in milliseconds", "proof-milliseconds", "exp:date-in-milliseconds", "proof-refused"),
    Item("exp in milliseconds", "assertion-milliseconds", "exp:date-in-milliseconds", nil),
    Item("local time labelled Z, east", "proof-local-time", "nbf:not-yet-valid", nil),
    Item("local time labelled Z, east", "assertion-local-time", "nbf:not-yet-valid", "outside-window"),
    Item("local time labelled Z, west", "proof-expired", "exp:expired", "proof-refused"),
    Item("hexadecimal text for a digest", "proof-hex-digest", "signature:signature-of-hex-text", "proof-refused"),
    Item("newline at the end", "proof-newline", "signature-encoding:base64-whitespace", "proof-refused"),
    Item("newline signed too", "proof-newline-signed", "signature:signature-with-newline", "proof-refused"),
    Item("base64 that wraps lines", "proof-wrapped", "signature-encoding:base64-other-alphabet", "proof-refused"),
    Item("base64url that wraps lines", "proof-wrapped-url", "signature-encoding:base64-whitespace", "proof-refused"),
    Item("standard alphabet", "proof-standard-alphabet", "signature-encoding:base64-other-alphabet", "proof-refused"),
  ]

  private static let answers: [Item] = [
    Item("padded header", "proof-padded-header", "header-encoding:base64-padding", "proof-refused"),
    Item("padded payload", "proof-padded-payload", "payload-encoding:base64-padding", "proof-refused"),
    Item("padded signature", "proof-padded-signature", "signature-encoding:base64-padding", "proof-refused"),
    Item("no proof's aud", "proof-endpoint-audience", "aud:claim-known-mistake", "proof-refused"),
    Item("iss of another object", "proof-other-issuer", "iss:claim-mismatch", "proof-refused"),
    Item("unknown key", "proof-x5t-of-other", "x5t:thumbprint-of-another", "proof-refused"),
    Item("unknown key, by kid", "proof-kid-of-other", "kid:kid-of-another", "proof-refused"),
    Item(
      "certificate not registered", "proof", "registration:key-not-registered", "proof-refused",
      registered: "only-other"),
    Item(
      "certificate ended", "proof-expired-certificate", "certificate-dates:certificate-expired", "proof-refused"),
    Item(
      "entry ended", "proof", "registration:registration-expired", "proof-refused", registered: "entry-ended"),
    Item("no key named", "proof-without-x5t", "key-hint:hint-missing", "proof-refused"),
    Item("signature of another key", "proof-by-other-key", "signature:bad-signature", "proof-refused"),
    Item("no exp", "proof-without-exp", "exp:claim-missing", "proof-refused"),
    Item("no token", "proof-two-parts", "serialization:token-segment-count", "proof-refused"),
    Item("broken header", "proof-alg-twice", "header-json:json-duplicate-name", "proof-refused"),
    Item("broken claims", "proof-exp-twice", "claims-json:json-duplicate-name", "proof-refused"),
    Item("1024 bits", "proof-rsa-1024", "key:key-too-small", "key-too-small"),
    Item("1024 bits", "assertion-rsa-1024", "key:key-too-small", "key-too-small"),
    Item("iss is not client_id", "assertion-issuer-differs", "iss:claim-mismatch", "client-mismatch"),
    Item("sub is not client_id", "assertion-subject-differs", "sub:claim-mismatch", "client-mismatch"),
    Item("sub is not iss", "assertion-subject-differs", "sub-is-iss:claim-mismatch", "client-mismatch"),
    Item("aud of another tenant", "assertion-other-tenant", "aud:claim-mismatch", "audience-refused"),
    Item("aud of another cloud", "assertion-other-cloud", "aud:claim-known-mistake", "audience-refused"),
    Item("used too late, or again", "assertion-expired", "exp:expired", "outside-window"),
    Item("another certificate", "assertion-x5t-s256-of-other", "x5t-s256:thumbprint-of-another", "key-not-found"),
    Item("no thumbprint's length", "assertion-x5t-s256-of-sha512", "x5t-s256:thumbprint-length", "key-not-found"),
    Item(
      "certificate not registered", "assertion", "registration:key-not-registered", "key-not-found",
      registered: "only-other"),
    Item(
      "entry ended", "assertion", "registration:registration-expired", "key-expired", registered: "entry-ended"),
    Item("several audiences", "assertion-audience-list", "aud:audience-several", "assertion-malformed"),
    Item("signed by another key", "assertion-by-other-key", "signature:bad-signature", "signature-refused"),
    Item("x5c of another", "assertion-x5c-of-other", "x5c:x5c-of-another", "signature-refused"),
    Item("x5c in the wrong order", "assertion-x5c-disordered", "x5c:x5c-order", "signature-refused"),
    Item("typ wrong", "assertion-typ", "typ:wrong-type", "type-refused"),
    Item("key not for alg", "assertion-restricted-key", "key:key-not-for-algorithm", "key-unfit"),
    Item("ES256", "assertion-es256", "alg:algorithm-unknown", "algorithm-refused"),
    Item("chain invalid", "assertion-x5c-broken", "x5c:x5c-broken-chain", "chain-refused"),
  ]

  @Test(
    "Each fails exactly one check, which names the next step and what the service answers", arguments: samples + answers
  )
  func mistake(_ item: Item) throws {
    let failed = try item.row().report(isLenient: false, registered: item.registered).failedChecks
    #expect(failed.map { "\($0.id):\($0.finding?.reason ?? "")" } == [item.failure])
    let check = try #require(failed.first)
    #expect(check.finding?.hint != nil)
    let answer = ServiceAnswer.all.first { $0.id == item.answer }
    #expect(answer?.id == item.answer)
    #expect(check.finding?.serviceAnswer == answer?.quotation)
    if let answer { #expect(answer.isExplained(by: check)) }
  }

  @Test("A published PowerShell sample fails with all its mistakes")
  func powershell() throws {
    let row = try #require(TokenFixtureTests.rows.first { $0.file == "proof-powershell.jwt" })
    let failed = try row.report(isLenient: false).failedChecks.map { "\($0.id):\($0.finding?.reason ?? "")" }
    #expect(
      failed == [
        "signature-encoding:base64-other-alphabet", "alg:algorithm-unproven", "x5t:thumbprint-encoding",
        "nbf:date-near-1970",
      ])
  }

  @Test("Every fault in the table of answers has a token that shows it", arguments: ServiceAnswer.all.map(\.id))
  func complete(_ id: String) throws {
    // Only RSA keys ever verify, so no token can show this one.
    let unreachable = ["key-unfit"]
    let answer = try #require(ServiceAnswer.all.first { $0.id == id })
    for service in answer.services {
      let items = try (Self.samples + Self.answers).filter {
        try $0.row().profile == (service == .graph ? "graph-proof" : "entra-assertion")
      }
      for name in answer.faultNames where !unreachable.contains(name) {
        let isShown = items.contains { item in
          let words = item.failure.split(separator: ":").map(String.init)
          return ([item.failure] + words).contains(name)
        }
        #expect(isShown, "\(id): \(name)")
      }
    }
  }

  @Test("The message about the audience of the withdrawn how-to names the how-to")
  func namedAudience() throws {
    let row = try #require(TokenFixtureTests.rows.first { $0.file == "proof-graph-app-audience.jwt" })
    let message = try row.report(isLenient: false).failedChecks.first?.finding?.message
    #expect(message?.contains("00000003-0000-0000-c000-000000000000") == true)
  }
}
