import Foundation
import TestSupport
import Testing

/// Keys behind a program, through the built command.
@Suite(.tags(.process)) struct CommandKeyTests {
  private static let keyFile = Fixtures.path("keys/rsa-2048.pem")
  private static let certificate = Fixtures.path("certificates/leaf.pem")
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func sign(_ key: String, _ options: [String] = [], environment: [String: String] = [:]) throws -> Outcome {
    try BuiltCommand.run(
      ["sign", "proof", "--key", key, "--object-id", SignCommandTests.objectID, "--at", SignCommandTests.at] + options,
      environment: environment)
  }

  /// Signs with a shell script of these lines.
  private func sign(script: String, _ options: [String] = []) throws -> (program: String, outcome: Outcome) {
    let program = try folder.program("#!/bin/sh\n\(script)\n")
    return (program, try sign("command:\(program);cert=\(Self.certificate)", options))
  }

  private static let noted = "keyroll: note: valid from 2027-01-15T08:00:00Z to 2027-01-15T08:10:00Z, 10 min\n"

  // MARK: The examples

  @Test("the example for openssl signs a proof that openssl accepts", arguments: ["RS256", "PS512"])
  func openssl(algorithm: String) throws {
    let key = "command:\(ExampleProgram.openssl);cert=\(Self.certificate);key=\(Self.keyFile)"
    let outcome = try sign(key, ["--algorithm", algorithm])
    try #require(outcome.status == 0, "\(outcome)")
    #expect(outcome.error.hasSuffix(Self.noted) && !outcome.error.contains("error"))
    let verdict = try OpenSSLJudge.verdict(
      on: String(outcome.output.dropLast()), algorithm: algorithm, certificate: Self.certificate)
    #expect(verdict == "Verified OK\n")
  }

  @Test("a program makes the same token as the key itself")
  func sameToken() throws {
    let direct = try BuiltCommand.run(
      "sign", "proof", "--key", SignCommandTests.key, "--object-id", SignCommandTests.objectID, "--at",
      SignCommandTests.at)
    let outcome = try sign(
      "COMMAND:\(ExampleProgram.openssl);key=\(Self.keyFile)", ["--certificate", Self.certificate])
    #expect(outcome == direct)
  }

  @Test("a bare public key is enough only if no certificate is needed")
  func bareKey() throws {
    let publicKey = Fixtures.path("public-keys/spki.pem")
    let key = "command:\(ExampleProgram.openssl);public=\(publicKey);key=\(Self.keyFile)"
    let outcome = try BuiltCommand.run(
      "sign", "claims", "--profile", "github-app", "--parameter", "client-id=me", "--key", key)
    #expect(outcome.status == 0, "\(outcome)")
    let proof = try sign(key)
    #expect(proof.status == 2)
    #expect(proof.error.contains("[certificate-needed]\n"), "\(proof)")
  }

  @Test(
    "the example for a key vault signs with an access token from a file, and passes on what the vault says",
    .enabled(if: Judge.python != nil, Comment(rawValue: Judge.absence)))
  func keyVault() throws {
    let vault = try VaultStandIn(key: Self.keyFile)
    let key = "command:\(ExampleProgram.keyVault);cert=\(Self.certificate);key=\(vault.key)"
    func sign(token: String, key: String) throws -> Outcome {
      let file = try folder.write(Array(token.utf8), to: "token")
      return try self.sign(
        key, ["--signer-env", "KEY_VAULT_TOKEN_FILE"], environment: ["KEY_VAULT_TOKEN_FILE": file, "OTHER": "secret"])
    }
    let outcome = try sign(token: VaultStandIn.token, key: key)
    try #require(outcome.status == 0, "\(outcome)")
    let verdict = try OpenSSLJudge.verdict(
      on: String(outcome.output.dropLast()), algorithm: "RS256", certificate: Self.certificate)
    #expect(verdict == "Verified OK\n")

    func refusal(_ reason: String) -> Outcome {
      Outcome(
        status: 2, error: "keyroll: error: \(ExampleProgram.keyVault) does not sign: \"\(reason)\" [program-refused]\n")
    }
    #expect(
      try sign(token: "another", key: key)
        == refusal("the vault answered 401: AKV10000: Request is missing a Bearer or PoP token."))
    #expect(
      try sign(token: VaultStandIn.token, key: "\(key)0")
        == refusal("the vault answered 404: A key with (name/id) was not found in this key vault."))
    #expect(
      try sign(token: VaultStandIn.token, key: key.replacing("http://127.0.0.1", with: "http://192.0.2.1"))
        == refusal("the key is not named by an https address"))
    #expect(
      try self.sign(key)
        == refusal("KEY_VAULT_TOKEN_FILE is not set: add --signer-env KEY_VAULT_TOKEN_FILE"))
  }

  // MARK: What a program can do wrong

  @Test(
    "every way to fail is an error of its own, and nothing is written",
    arguments: [
      ("exit 3", "ended with status 3 [program-failed]"),
      ("kill -9 $$", "was ended by signal 9 [program-failed]"),
      (#"echo '{"signature":"AAAA"}'; exit 1"#, "ended with status 1 [program-failed]"),
      (#"echo '{"error":"no such key"}'"#, #"does not sign: "no such key" [program-refused]"#),
      (#"echo '{"error":"no such key"}'; exit 1"#, #"does not sign: "no such key" [program-refused]"#),
      (#"echo '{"error":"a\u001b[2Jb"}'"#, #"does not sign: "a\u001b[2Jb" [program-refused]"#),
      (
        #"echo '{"error":"before the input was read"}'; cat >/dev/null"#,
        #""before the input was read" [program-refused]"#
      ),
      (#"exec <&-; echo '{"error":"never read"}'"#, #"does not sign: "never read" [program-refused]"#),
      ("exit 0", "ended without an answer [malformed-answer]"),
      ("exec >&-", "ended without an answer [malformed-answer]"),
      ("echo signed", "something other than a JSON object: this is not a value, at byte 0 [malformed-answer]"),
      (#"printf '{"error":"a"}\n{"error":"b"}\n'"#, "answered with more than one line [malformed-answer]"),
      (#"printf '{"signature":"'"#, "something other than a JSON object"),
      ("cat /dev/zero", "answered with more than 65536 bytes [malformed-answer]"),
      ("head -c 65537 /dev/zero", "answered with more than 65536 bytes [malformed-answer]"),
      (#"echo '{"signature":"AAAA"}'"#, "gave a signature of 3 bytes, but this key's have 256 [bad-signature]"),
      (
        #"printf '{"signature":"%s"}' "$(head -c 256 /dev/zero | base64 -w0 | tr -d =)""#,
        "does not verify with the key's public key [bad-signature]"
      ),
    ])
  func failure(script: String, message: String) throws {
    let output = folder.path("proof.jwt")
    let (program, outcome) = try sign(script: script, ["--output", output])
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.error.hasPrefix("keyroll: error: \(program) "), "\(outcome)")
    #expect(outcome.error.split(separator: "\n").first?.contains(message) == true, "\(outcome)")
    #expect(try !folder.names().contains("proof.jwt"))
  }

  @Test("a signature of another key, algorithm or digest is not written")
  func otherSignatures() throws {
    let other =
      "command:\(ExampleProgram.openssl);cert=\(Self.certificate);key=\(Fixtures.path("keys/rsa-2048-other.pem"))"
    #expect(try sign(other).error.contains("[bad-signature]\n"))
    // Between keyroll and the program, somebody changes the digest to sign.
    for (algorithm, change) in [
      ("RS256", "s/RS256/PS256/"), ("PS256", "s/PS256/RS256/"),
      ("RS256", #"s/"digest":"[^"]*"/"digest":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"/"#),
    ] {
      let program = try folder.program("#!/bin/sh\nsed '\(change)' | '\(ExampleProgram.openssl)'\n")
      let outcome = try sign(
        "command:\(program);cert=\(Self.certificate);key=\(Self.keyFile)", ["--algorithm", algorithm])
      #expect(outcome.status == 2 && outcome.output.isEmpty)
      #expect(outcome.error.contains("does not verify with the key's public key [bad-signature]\n"), "\(outcome)")
    }
  }

  @Test("the error about a program that cannot be started says why")
  func unstartable() throws {
    for (text, reason) in [
      (
        "echo\n",
        "exec format error [program-failed]\nkeyroll: hint: a script begins with #! and the path of what runs it"
      ),
      ("#!/nonexistent/sh\n", "no such file or directory [program-failed]"),
    ] {
      let program = try folder.program(text)
      let outcome = try sign("command:\(program);cert=\(Self.certificate)")
      #expect(outcome == Outcome(status: 2, error: "keyroll: error: \(program) cannot be started: \(reason)\n"))
    }
  }

  @Test("a path may contain anything, written with escapes")
  func oddPath() throws {
    let program = try folder.program("#!/bin/sh\necho '{\"error\":\"found\"}'\n", named: "a signer;cert=% κ")
    let reference = program.replacing("%", with: "%25").replacing(";", with: "%3B")
    let outcome = try sign("command:\(reference);cert=\(Self.certificate)")
    #expect(
      outcome
        == Outcome(status: 2, error: "keyroll: error: \"\(program)\" does not sign: \"found\" [program-refused]\n"))
  }

  @Test("a bare name is refused, because no folder is searched for it")
  func bareName() throws {
    #expect(
      try sign("command:true;cert=\(Self.certificate)", environment: ["PATH": "/bin"])
        == Outcome(
          status: 2,
          error: """
            keyroll: error: the key reference command:true;cert=\(Self.certificate) names a program without saying in which folder it is [malformed-key-reference]
            keyroll: hint: write command:/PATH, or command:./PATH for one in the current folder

            """))
  }

  @Test("a program that other users could change is not run")
  func changeable() throws {
    let program = try folder.program("#!/bin/sh\n", mode: "777")
    #expect(
      try sign("command:\(program);cert=\(Self.certificate)")
        == Outcome(
          status: 2,
          error: """
            keyroll: error: the program \(program) is not run: users other than you and root can change \(program) [program-unavailable]
            keyroll: hint: chmod go-w \(program), or put the code where only you or root can write

            """))
  }

  @Test("an output never replaces the program or the public key")
  func sparedInputs() throws {
    let program = try folder.program("#!/bin/sh\n")
    let publicKey = try folder.write(try Fixtures.bytes("public-keys/spki.pem"), to: "key.pem")
    for output in [program, publicKey] {
      let outcome = try sign("command:\(program);public=\(publicKey)", ["--output", output, "--force"])
      #expect(outcome.error.contains("\(output) is read by this command, and is never replaced [output-exists]\n"))
    }
  }

  @Test("a wrong use of the options is a wrong command line")
  func options() throws {
    let key = "command:\(ExampleProgram.openssl);cert=\(Self.certificate)"
    let help = "keyroll: hint: see keyroll sign proof --help\n"
    for (options, message) in [
      (["--signer-timeout", "0s"], "--signer-timeout takes a duration above zero, such as 30s or 5m"),
      (["--signer-env", "A=b"], "--signer-env takes the name of a variable, not its value"),
      (["--certificate", Self.certificate], "only one of --certificate and ;cert= in the key can be given"),
      (
        ["--password-env", "SECRET", "--signer-env", "HOME", "--signer-env", "SECRET"],
        "--signer-env cannot name SECRET, which holds a secret"
      ),
    ] {
      #expect(
        try sign(key, options, environment: ["HOME": "/", "SECRET": "s"])
          == Outcome(status: 64, error: "keyroll: error: \(message) [usage]\n\(help)"))
    }
    let unset = try sign(key, ["--signer-env", "ABSENT"])
    #expect(unset.status == 64)
    #expect(unset.error.hasPrefix("keyroll: error: the variable ABSENT of --signer-env is not set [usage]\n"))
  }
}
