import TestSupport
import Testing

@Suite(.tags(.process)) struct UsageMessageTests {
  private static let proof = ["sign", "proof", "--key", "a", "--object-id", SignCommandTests.objectID]

  @Test(
    "a value in place of a secret's source is not repeated",
    arguments: [
      (
        proof + ["--password", "CANARY01"],
        "unknown option '--password'; did you mean '--password-file', '--password-fd' or '--password-env'? [usage]\n"
      ),
      (proof + ["--password=CANARY01"], "unknown option '--password'"),
      (proof + ["--pin", "CANARY01", "CANARY02"], "unknown option '--pin'"),
      (proof + ["--password:CANARY01"], "unknown option (not repeated here)"),
      (proof + ["--passwordCANARY01"], "unknown option (not repeated here)"),
      (proof + ["--pasword-file", "CANARY01"], "unknown option '--pasword-file'"),
      (proof + ["-pCANARY01"], "unknown option (not repeated here)"),
      (proof + ["-----CANARY01"], "unknown option (not repeated here)"),
      (
        proof + ["--password-fd", "CANARY01"],
        "--password-fd takes the number of a descriptor; what was given is not repeated here"
      ),
      (proof + ["--pin-fd=-73190462"], "--pin-fd takes a number from 0"),
      (
        proof + ["--pin-fd=CANARY01"], "--pin-fd takes the number of a descriptor; what was given is not repeated here"
      ),
      (
        proof + ["--qr", "CANARY01", "CANARY02"],
        "2 unexpected arguments: (not repeated here), CANARY02"
      ),
      (proof + ["--qr=CANARY01"], "the option '--qr' does not take any value, but (not repeated here) was specified"),
    ])
  func secrets(arguments: [String], message: String) throws {
    let outcome = try BuiltCommand.run(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.error.hasPrefix("keyroll: error: \(message)"), "\(outcome)")
    #expect(!outcome.error.contains("CANARY01") && !outcome.error.contains("73190462"), "\(outcome)")
  }

  @Test("a PIN in place of a descriptor is not repeated")
  func descriptor() throws {
    #expect(
      try BuiltCommand.run(Self.proof + ["--pin-fd", "73190462"])
        == Outcome(
          status: 2,
          error:
            "keyroll: error: the file descriptor for the PIN cannot be read: bad file descriptor [secret-unavailable]\n"
        ))
  }

  @Test(
    "a token or a key that is not a value of anything is not repeated",
    arguments: [
      ["inspect", "a", "eyJhbGciOiJSUzI1NiJ9.e30.CANARY01"], ["eyJhbGciOiJSUzI1NiJ9.e30.CANARY01"],
      ["verify", "--certificate", "a", "a", "-----BEGIN PRIVATE KEY----- CANARY01"],
      ["certificate", "a", "--format", "eyJhbGciOiJSUzI1NiJ9.e30.CANARY01"],
      ["sign", "-----BEGIN PRIVATE KEY-----\nCANARY01"],
    ])
  func tokens(arguments: [String]) throws {
    let outcome = try BuiltCommand.run(arguments)
    #expect(outcome.status == 64)
    #expect(!outcome.error.contains("CANARY01"), "\(outcome)")
  }

  @Test(
    "a token in place of a name is not repeated",
    arguments: [
      ["sign", "assertion", "--client-id", SignCommandTests.clientID, "--tenant"],
      ["sign", "assertion", "--tenant", SignCommandTests.tenant, "--client-id"],
      ["sign", "assertion", "--client-id", SignCommandTests.clientID, "--tenant", "a.b", "--login-host"],
      ["sign", "proof", "--object-id"],
    ])
  func names(arguments: [String]) throws {
    let token = "eyJhbGciOiJSUzI1NiJ9.e30.CANARY01_"
    let outcome = try BuiltCommand.run(arguments + [token, "--key", SignCommandTests.key])
    #expect(outcome.status == 2)
    #expect(outcome.error.contains("(a value of \(token.utf8.count) bytes that may be a token or a key)"), "\(outcome)")
    #expect(!outcome.error.contains("CANARY01"))
  }

  @Test(
    "a token with text around it is shown, or judged with an error that names the text; its signature is not repeated",
    arguments: [
      "Bearer eyJhbGciOiJSUzI1NiJ9.e30.CANARY01", "\"eyJhbGciOiJSUzI1NiJ9.e30.CANARY01\"",
      "Authorization: Bearer eyJhbGciOiJSUzI1NiJ9.e30.CANARY01", "token=eyJhbGciOiJSUzI1NiJ9.e30.CANARY01",
      " eyJhbGciOiJSUzI1NiJ9.e30.CANARY01",
    ])
  func pasted(token: String) throws {
    let certificate = Fixtures.path("certificates/leaf.pem")
    let shown = try BuiltCommand.run("inspect", token)
    #expect(shown.status == 0 && shown.error.hasPrefix("keyroll: note: dropped from the argument: "), "\(shown)")
    let judged = try BuiltCommand.run("verify", "--profile", "graph-proof", "--certificate", certificate, token)
    #expect(judged.status == 1 && judged.output.contains("hint: give the token alone\n"), "\(judged)")
    for outcome in [shown, judged] { #expect(!"\(outcome)".contains("CANARY01"), "\(outcome)") }
  }

  @Test("an argument that may be part of a token, and is neither a file nor a token, is not repeated")
  func partOfToken() throws {
    #expect(
      try BuiltCommand.run("inspect", "Bearer eyJhbGciOiJSUzI1NiJ9.CANARY01")
        == Outcome(
          status: 2,
          error: """
            keyroll: error: the argument is not a file, and as a token it has something around it [file-unreadable]
            keyroll: hint: give the token alone, without Bearer, quotation marks or spaces

            """))
  }
}
