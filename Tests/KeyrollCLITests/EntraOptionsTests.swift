import TestSupport
import Testing

@Suite(.tags(.process)) struct EntraOptionsTests {
  private func assertion(_ options: String...) throws -> Outcome {
    try BuiltCommand.run(
      [
        "sign", "assertion", "--key", SignCommandTests.key, "--client-id", SignCommandTests.clientID, "--at",
        SignCommandTests.at,
      ] + options)
  }

  @Test(
    "a login host is the name of a host and nothing else",
    arguments: [
      "https://login.microsoftonline.us", "login.microsoftonline.us/", "a b.example", "localhost", "login.example:443",
    ])
  func loginHost(host: String) throws {
    #expect(
      try assertion("--tenant", SignCommandTests.tenant, "--login-host", host)
        == Outcome(
          status: 2,
          error: """
            keyroll: error: the login host is \(host.contains(" ") ? "\"\(host)\"" : host), which is not the name of a host [malformed-parameter]
            keyroll: hint: give it alone, such as login.microsoftonline.us

            """))
  }

  @Test("a cloud and a login host cannot be given together")
  func cloudAndHost() throws {
    #expect(
      try assertion("--tenant", SignCommandTests.tenant, "--login-host", "login.example.com", "--cloud", "china")
        == Outcome(
          status: 64,
          error: """
            keyroll: error: only one of --cloud and --login-host can be given [usage]
            keyroll: hint: see keyroll sign assertion --help

            """))
  }

  @Test(
    "a tenant is a GUID or a domain, not a word for any directory",
    arguments: [("common", "common"), ("a b.example", #""a b.example""#), ("", #""""#)])
  func tenant(name: String, shown: String) throws {
    let outcome = try assertion("--tenant", name)
    #expect(outcome.status == 2)
    #expect(
      outcome.error.hasPrefix(
        "keyroll: error: the tenant is \(shown), which is neither a GUID nor a domain [malformed-parameter]\n"))
  }

  @Test("the error about a refused header says what to write")
  func refusedHeader() throws {
    let outcome = try BuiltCommand.run(
      "sign", "proof", "--key", SignCommandTests.key, "--object-id", SignCommandTests.objectID, "--at",
      SignCommandTests.at, "--hint",
      "kid")
    #expect(outcome.status == 2)
    #expect(outcome.error.contains("[hint-missing]\nkeyroll: hint: write x5t into the header\n"), "\(outcome)")
  }

  @Test("if only the local certificate is missing, no answer of the service is named")
  func noAnswer() throws {
    let outcome = try BuiltCommand.run(
      "verify", "--profile", "graph-proof", "--public-key", Fixtures.path("public-keys/spki.pem"), "--at",
      "2023-11-14T22:18:20Z",
      Fixtures.path("tokens/proof.jwt"))
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("[thumbprint-not-comparable]\n"))
    #expect(!outcome.output.contains("the service would answer"), "\(outcome)")
  }
}
