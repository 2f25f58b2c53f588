import TestSupport
import Testing

@Suite(.tags(.process)) struct ProfilesCommandTests {
  private static let names = ["auth0", "box", "github-app", "google-service-account", "keycloak", "okta", "snowflake"]

  @Test("every listed profile can be printed, or has a command that signs by it")
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
    "the profiles of Entra cannot be files, and the error says which commands have them",
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

  @Test(
    "a profile file says how kid is computed, for signing and for verifying",
    arguments: [
      (#"{"of": "jwk"}"#, "WwISReaQJ0yH3OgwyBO0pAe4y6-_gVfjYysqlK0asa4"),
      (#"{"of": "public-key", "encoding": "hex"}"#, "7e140b76bac7d240ebb2e996d36bc6d88771240c8778e7f9594c80a2fe15b57e"),
      (#"{"of": "public-key", "hash": "SHA-1", "encoding": "base64"}"#, "SfoEEvfgzuQCt11fFH7nNutyPRg="),
      (
        #"{"of": "certificate", "hash": "SHA-1", "encoding": "upper-case-hex"}"#,
        "88891A232D3C4BC784E94A802B73C3479A7EE1A0"
      ),
    ])
  func computedKeyID(computation: String, kid: String) throws {
    let folder = try TemporaryFolder()
    let document =
      #"{"keyroll-profile": 1, "id": "x", "algorithms": ["RS256"], "key-hints": ["kid"], "required-key-hints": ["kid"], "key-id": \#(computation)}"#
    let profile = try folder.write(Array(document.utf8), to: "x.json")
    func sign(_ more: String...) throws -> String {
      let made = try BuiltCommand.run(
        ["sign", "claims", "--profile", profile, "--key", SignCommandTests.key]
          + more)
      try #require(made.status == 0, "\(made)")
      return made.output.replacing("\n", with: "")
    }
    let token = try sign()
    #expect(try BuiltCommand.run("inspect", token).output.contains("  \"kid\"  \"\(kid)\"\n"))
    let verify = ["verify", "--profile", profile, "--certificate", SignCommandTests.certificate]
    #expect(try BuiltCommand.run(verify + [token]).status == 0)
    let key = try BuiltCommand.run([
      "verify", "--profile", profile, "--public-key", Fixtures.path("public-keys/spki.pem"), token,
    ])
    #expect(key.status == 0, "\(key)")
    let other = "{\"keyroll-profile\": 1, \"id\": \"y\", \"algorithms\": [\"RS256\"], \"key-hints\": [\"kid\"]}"
    let named = try folder.write(Array(other.utf8), to: "y.json")
    let foreign = try BuiltCommand.run(
      "sign", "claims", "--profile", named, "--key-id", "other", "--key", SignCommandTests.key)
    let refused = try BuiltCommand.run(verify + [foreign.output.replacing("\n", with: "")])
    #expect(refused.status == 1)
    #expect(
      refused.output.contains("[kid-of-another]\n") && refused.output.contains("hint: \"\(kid)\" is expected\n"),
      "\(refused)")
  }
}
