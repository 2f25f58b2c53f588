import KeyrollCLI
import TestSupport
import Testing

@Suite struct CompletionAnswerTests {
  /// The words of an answer, and its lines for the shell.
  private static func answer(_ words: String...) -> [String] {
    CompletionAnswer(words).text.split(separator: "\n").map { line in
      line.hasPrefix(":") ? String(line) : String(line.prefix { $0 != "\t" })
    }
  }

  @Test("commands are completed, with what each does")
  func commands() {
    #expect(Self.answer("si") == ["sign", "sign-request"])
    #expect(Self.answer("sign", "") == ["proof", "assertion", "claims"])
    #expect(Self.answer("help", "sign", "c") == ["claims"])
    #expect(CompletionAnswer(["sign", "cl"]).text == "claims\tSign a token for any other issuer, by a profile\n")
    #expect(Self.answer("none", "") == [])
  }

  @Test("a command that may be left out is completed together with its arguments")
  func defaultCommand() {
    #expect(Self.answer("certificate", "s") == ["show", "store", ":files "])
    #expect(Self.answer("certificate", "new.cer", "--form") == ["--format"])
  }

  @Test("options are completed, each once unless it may be repeated")
  func options() {
    #expect(Self.answer("verify", "--cer") == ["--certificate"])
    #expect(Self.answer("verify", "--certificate", "a", "--cer") == ["--certificate"])
    #expect(Self.answer("sign", "proof", "--object-id", "a", "--obj") == [])
    #expect(Self.answer("verify", "--he") == ["--help"])
  }

  @Test(
    "a value is completed by its kind",
    arguments: [
      (["sign", "proof", "--algorithm", "RS"], ["RS256", "RS384", "RS512"]),
      (["sign", "assertion", "--cloud", ""], ["global", "usgov", "usgov-dod", "china"]),
      (["verify", "--cloud=ch"], ["--cloud=china"]),
      (["verify", "--profile", "g"], ["graph-proof", "github-app", "google-service-account", ":files "]),
      (["sign", "claims", "--profile", "g"], ["github-app", "google-service-account", ":files "]),
      (["profiles", "o"], ["okta"]), (["inspect", "a"], [":files "]), (["verify", "--certificate", ""], [":files "]),
      (["verify", "--certificate=a"], [":files --certificate="]),
      (["request", "add-key", "--output", ""], [":folders "]), (["sign", "proof", "--object-id", ""], []),
      (["sign", "proof", "--key", ""], ["pem:", "pfx:", "pkcs11:", "command:", ":open", ":files "]),
      (["sign", "proof", "--key", "p"], ["pem:", "pfx:", "pkcs11:", ":open", ":files "]),
      (["sign", "proof", "--key", "pfx:ol"], [":files pfx:"]), (["sign", "proof", "--key", "old.p"], [":files "]),
      (["sign", "proof", "--key=pem:a"], [":files --key=pem:"]), (["sign", "proof", "--key", "pkcs11:"], []),
      (["create", "key", "pk"], ["pkcs11:", ":open", ":files "]), (["keys", "p"], ["pkcs11:", ":open"]),
      (["keys", "pkcs11:", "x"], []), (["verify", "--", "--a"], [":files "]),
      (["create", "key", "--not-before", "-5", "new"], [":files "]),
    ])
  func values(words: [String], answer: [String]) {
    let lines = CompletionAnswer(words).text.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
    #expect(lines == answer)
  }

  @Test("the value of every option and argument has a known kind")
  func everyValue() {
    for (command, description) in CommandDescription.all {
      for option in description.options {
        guard let name = option.valueName else { continue }
        #expect(ValueKind(name) != nil, "\(command) \(option.name) <\(name)>")
      }
      for argument in description.arguments {
        #expect(ValueKind(argument.valueName) != nil, "\(command) <\(argument.valueName)>")
      }
    }
  }

  @Test("a script is written for the three shells, and for no other", .tags(.process))
  func scripts() throws {
    for shell in CompletionScript.allCases {
      let written = Outcome(status: 0, output: shell.text)
      #expect(try BuiltCommand.run("--generate-completion-script", shell.rawValue) == written)
      #expect(try BuiltCommand.run("--generate-completion-script=\(shell.rawValue)") == written)
    }
    #expect(
      try BuiltCommand.run("--generate-completion-script", "ksh")
        == Outcome(
          status: 64,
          error: """
            keyroll: error: --generate-completion-script takes bash, zsh or fish, not "ksh" [usage]
            keyroll: hint: see keyroll --help

            """))
  }
}
