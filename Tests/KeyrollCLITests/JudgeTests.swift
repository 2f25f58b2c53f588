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
