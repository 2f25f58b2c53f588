import TestSupport
import Testing

@Suite(.tags(.process)) struct ProfilesCommandTests {
  private static let names = ["auth0", "box", "github-app", "google-service-account", "keycloak", "okta", "snowflake"]

  @Test("every profile that is listed can be asked for: printed, or with the command that signs by it")
  func listed() throws {
    let list = try BuiltCommand.run("profiles")
    #expect(list.status == 0)
    let listed = list.output.split(separator: "\n").filter { !$0.hasPrefix(" ") }.compactMap {
      $0.split(separator: " ").first
    }
    #expect(listed.map(String.init) == ["graph-proof", "entra-assertion"] + Self.names)
    for name in Self.names {
      let printed = try BuiltCommand.run("profiles", name)
      #expect(printed.status == 0 && printed.output.contains("\"id\": \"\(name)\""), "\(printed)")
    }
  }

  @Test(
    "the profiles of Entra cannot be files, and it is said which commands know them",
    arguments: [("graph-proof", "proof"), ("entra-assertion", "assertion")])
  func entra(name: String, command: String) throws {
    let refusal = Outcome(
      status: 2,
      error: """
        keyroll: error: profile \(name) has rules that no profile file can say [unknown-profile]
        keyroll: hint: sign by it with keyroll sign \(command), and judge by it with keyroll verify --profile \(name)

        """)
    #expect(try BuiltCommand.run("profiles", name) == refusal)
    #expect(try BuiltCommand.run("sign", "claims", "--key", "none", "--profile", name) == refusal)
  }

  @Test("a printed profile is a profile file, whatever the name of the file")
  func printedIsFile() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array(try BuiltCommand.run("profiles", "github-app").output.utf8), to: "mine")
    let signing = "sign claims --profile mine --parameter client-id=a --key '\(Fixtures.path("keys/rsa-2048.pem"))'"
    let outcome = try Shell.run(
      "cd '\(folder.path(""))' && keyroll \(signing) | keyroll verify --profile mine --certificate '\(SignCommandTests.certificate)' --lenient | head -n 1"
    )
    #expect(outcome.output.hasPrefix("ACCEPTED  github-app, judged for "), "\(outcome)")
    let missing = try Shell.run(
      "cd '\(folder.path(""))' && keyroll verify --profile yours --certificate '\(SignCommandTests.certificate)' a")
    #expect(missing.error.hasPrefix("keyroll: error: there is no profile yours [unknown-profile]\n"), "\(missing)")
  }
}
