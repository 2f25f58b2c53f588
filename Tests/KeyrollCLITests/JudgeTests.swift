import Foundation
import TestSupport
import Testing

/// Tokens that other libraries make while the test runs, at the clock's own time, judged by the built command.
@Suite(
  "Tokens of other libraries", .tags(.process), .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)))
struct JudgeTests {
  private static let key = Fixtures.path("keys/rsa-2048.pem")
  private static let certificate = Fixtures.path("certificates/leaf.pem")

  @Test(
    "PyJWT and joserfc make tokens of every algorithm that are accepted", arguments: ["pyjwt", "joserfc"],
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])
  func made(library: String, algorithm: String) throws {
    let now = Int(Date().timeIntervalSince1970)
    let wanted =
      #"{"header":{"alg":"\#(algorithm)","typ":"JWT"},"claims":{"iss":"me","aud":"you","nbf":\#(now),"exp":\#(now + 600)}}"#
    let made = try Judge.run(script: "judge_sign", [library, Self.key], input: Array(wanted.utf8))
    try #require(made.status == 0, "\(made)")
    let judged = try BuiltCommand.run(
      "verify", "--certificate", Self.certificate, "--algorithm", algorithm, "--issuer", "me", "--audience", "you",
      "--require",
      "exp", made.output)
    #expect(judged.status == 0, "\(judged)")
  }

  /// The expected result for a token that a library makes: its header and claims, and the check that fails.
  struct Issued: Sendable {
    let library: String
    let header: String
    let claims: String
    let profile: [String]
    /// Nil for a token that is accepted.
    let failure: String?

    init(_ library: String, _ header: String, _ claims: String, _ profile: [String], failure: String? = nil) {
      self.library = library
      self.header = header
      self.claims = claims
      self.profile = profile
      self.failure = failure
    }
  }

  private static let github = ["--profile", "github-app", "--parameter", "client-id=123456"]
  private static let auth0 = [
    "--profile", "auth0", "--parameter", "client-id=c", "--parameter", "domain=example.eu.auth0.com",
  ]
  private static let google = [
    "--profile", "google-service-account", "--parameter", "email=a@b.example", "--parameter", "scope=s",
  ]
  private static let auth0Claims = #""iss":"c","sub":"c","aud":"https://example.eu.auth0.com/","jti":"j","iat":NOW"#

  @Test(
    "Tokens of libraries are judged as their issuers judge them",
    arguments: [
      // PyGithub and others write the app id as a number; PyJWT itself refuses that.
      Issued("joserfc", #"{"alg":"RS256"}"#, #""iss":123456,"iat":NOW,"exp":NOW+500"#, github),
      Issued("pyjwt", #"{"alg":"RS256"}"#, #""iss":"123456","iat":NOW,"exp":NOW+500"#, github),
      Issued("joserfc", #"{"alg":"RS256"}"#, #""iss":123457,"iat":NOW,"exp":NOW+500"#, github, failure: "iss"),
      Issued("joserfc", #"{"alg":"RS256"}"#, #""iss":true,"iat":NOW,"exp":NOW+500"#, github, failure: "iss"),
      Issued(
        "joserfc", #"{"alg":"RS256","typ":"at+jwt"}"#, #""iss":"123456","iat":NOW,"exp":NOW+500"#, github,
        failure: "typ"),
      Issued("pyjwt", #"{"alg":"RS256","typ":"JWT"}"#, auth0Claims + #","exp":NOW+60"#, auth0),
      Issued("pyjwt", #"{"alg":"RS256","kid":"any"}"#, auth0Claims + #","exp":NOW+60"#, auth0),
      Issued("pyjwt", #"{"alg":"RS256"}"#, auth0Claims + #","exp":NOW+600"#, auth0, failure: "lifetime"),
      Issued(
        "google", #"{"alg":"RS256"}"#,
        #""iss":"a@b.example","scope":"s","aud":"https://accounts.google.com/o/oauth2/token","iat":NOW,"exp":NOW+3600"#,
        google),
      Issued(
        "google", #"{"alg":"RS256","kid":"k"}"#,
        #""iss":"a@b.example","scope":"s","aud":"https://oauth2.googleapis.com/token","iat":NOW,"exp":NOW+3600"#, google
      ),
      Issued(
        "google", #"{"alg":"RS256"}"#,
        #""iss":"a@b.example","scope":"s","aud":"https://oauth2.example/token","iat":NOW,"exp":NOW+3600"#, google,
        failure: "aud"),
    ])
  func issued(_ token: Issued) throws {
    let now = Int(Date().timeIntervalSince1970)
    var claims = token.claims
    for lead in [60, 500, 600, 3600] { claims = claims.replacing("NOW+\(lead)", with: "\(now + lead)") }
    claims = claims.replacing("NOW", with: "\(now)")
    let wanted = "{\"header\":\(token.header),\"claims\":{\(claims)}}"
    let made = try Judge.run(script: "judge_sign", [token.library, Self.key], input: Array(wanted.utf8))
    try #require(made.status == 0, "\(made)")
    let judged = try BuiltCommand.run(["verify", "--certificate", Self.certificate] + token.profile + [made.output])
    #expect(judged.status == (token.failure == nil ? 0 : 1), "\(judged)")
    let failed = judged.output.split(separator: "\n").filter { $0.hasPrefix("  FAILED") }
      .compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) }
    #expect(failed == [token.failure].compactMap(\.self), "\(judged)")
  }

  @Test(
    "MSAL Python's assertion is accepted under lenient rules, and strict rules say what is odd about it",
    arguments: ["sha256", "sha1"])
  func msal(form: String) throws {
    let made = try Judge.run(
      script: "judge_msal", [Self.key, Self.certificate, SignCommandTests.tenant, SignCommandTests.clientID, form])
    try #require(made.status == 0, "\(made)")
    let arguments = [
      "verify", "--profile", "entra-assertion", "--certificate", Self.certificate, "--tenant", SignCommandTests.tenant,
      "--client-id", SignCommandTests.clientID, made.output,
    ]
    let lenient = try BuiltCommand.run(arguments + ["--lenient"])
    #expect(lenient.status == 0, "\(lenient)")
    let strict = try BuiltCommand.run(arguments)
    #expect(strict.status == 1)
    #expect(strict.output.contains("[claim-missing]"), "\(strict)")
  }
}
