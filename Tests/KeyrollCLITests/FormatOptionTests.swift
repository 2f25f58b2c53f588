import Foundation
import KeyrollCLI
import TestSupport
import Testing

/// Every command writes its result and its errors for programs; the commands are those that there are.
@Suite(.tags(.process)) struct FormatOptionTests {
  private static let commands = CommandDescription.all.filter { $0.value.subcommands.isEmpty }

  @Test("every command has --format, and json is one of its values")
  func option() {
    #expect(Self.commands.count > 25)
    for (name, command) in Self.commands {
      let values = command.option("--format")?.values ?? []
      #expect(values.contains("json") && values.contains("text"), "\(name): \(values)")
    }
  }

  private static let id = "10000000-0000-4000-8000-000000000001"
  private static let other = "20000000-0000-4000-8000-000000000001"
  private static let client = ["--tenant", "example.com", "--client-id", other]
  private static let claims = ["--profile", "github-app", "--parameter", "client-id=a"]

  /// A command line of each command that is right, and fails because of what it names.
  private static let failures: [String: [String]] = [
    "sign proof": ["--object-id", id, "--key", "none.pem"],
    "sign assertion": client + ["--key", "none.pem"],
    "sign claims": claims + ["--key", "none.pem"],
    "create key": ["pem:/none/key.pem", "--no-password", "--subject", "A"],
    "create certificate": ["--key", "none.pem", "--subject", "A", "--output", "/none/new.cer"],
    "create csr": ["--key", "none.pem", "--subject", "A", "--output", "/none/new.csr"],
    "prepare proof": ["--object-id", id, "--certificate", "none.cer"],
    "prepare assertion": client + ["--certificate", "none.cer"],
    "prepare claims": claims + ["--certificate", "none.cer"],
    "prepare certificate": ["--public-key", "none.pub", "--subject", "A"],
    "prepare csr": ["--public-key", "none.pub", "--subject", "A"],
    "prepare form": ["--as", "digest-hex", "none.json"],
    "sign-request": ["--show", "none.json"],
    "assemble": ["--request", "none.json", "--signature", "none"],
    "verify": ["--profile", "graph-proof", "--certificate", "none.cer", "none.jwt"],
    "inspect": ["none.jwt"],
    "explain": ["none"],
    "request add-key": [
      "--application", id, "--new-certificate", "none.cer", "--key", "none.pem", "--output", "/none/a",
    ],
    "request remove-key": ["--application", id, "--key-id", id, "--key", "none.pem", "--output", "/none/a"],
    "request token": client + ["--key", "none.pem", "--output", "/none/a"],
    "request list-keys": ["--all", "--after", "none", "--output", "/none/a"],
    "request check": ["none"],
    "credentials": ["none"],
    "rollover status": ["none"],
    "rollover new": ["/none/a", "--application", id, "--key", "none.pem", "--new-key", "none.pfx"] + client,
    "rollover next": ["none"],
    "rollover record": ["none", "none"],
    "rollover switched": ["none"],
    "rollover abandon": ["none"],
    "certificate show": ["none.cer"],
    "certificate store": ["--key", "pkcs11:token=none?module-path=/none.so", "none.cer"],
    "keys": ["pkcs11:token=none?module-path=/none.so"],
    "join-codes": ["none"],
    "profiles": ["none"],
  ]

  @Test("with --format json the errors of every command are objects with an id, and nothing else is written")
  func errors() throws {
    #expect(Set(Self.failures.keys.map { "keyroll \($0)" }) == Set(Self.commands.keys))
    for (name, arguments) in Self.failures {
      let words = name.split(separator: " ").map(String.init)
      for (arguments, status) in [(arguments, Int32(2)), (["--no-such-option"], 64)] {
        let outcome = try BuiltCommand.run(words + arguments + ["--format", "json"])
        #expect(outcome.status == status && outcome.output.isEmpty, "\(name): \(outcome)")
        let lines = outcome.error.split(separator: "\n")
        let object = try JSONSerialization.jsonObject(with: Data((lines.last ?? "").utf8)) as? [String: Any]
        let error = object?["error"] as? [String: Any]
        #expect((error?["id"] as? String == "usage") == (status == 64), "\(name): \(outcome)")
        #expect(
          error?["message"] is String && lines.allSatisfy { $0.hasPrefix(#"{"version":1,""#) }, "\(name): \(outcome)")
      }
    }
  }

  @Test(
    "a result that has nowhere to go is an error of every kind of command, and no error text where its reader has gone")
  func closed() throws {
    let folder = try TemporaryFolder()
    let (proof, certificate) = (Fixtures.path("tokens/proof.jwt"), SignCommandTests.certificate)
    let codes = try folder.write(Array("text\n".utf8), to: "codes.txt")
    let request = folder.path("request.json")
    let preparing = ["--object-id", Self.id, "--certificate", certificate, "--at", SignCommandTests.at]
    #expect(try BuiltCommand.run(["prepare", "proof", "--output", request] + preparing).status == 0)
    #expect(try BuiltCommand.run("request", "list-keys", "--all", "--output", folder.path("list")).status == 0)
    let lines: [[String]] = [
      ["--help"], ["--version"], ["help", "sign"], ["profiles"], ["profiles", "okta"], ["inspect", proof],
      ["explain", "AADSTS700027"], ["certificate", certificate], ["join-codes", codes],
      ["credentials", Fixtures.path("key-credentials/application.json")], ["request", "check", folder.path("list")],
      ["verify", "--profile", "graph-proof", "--certificate", certificate, proof],
      ["sign", "proof", "--key", SignCommandTests.key, "--object-id", Self.id, "--quiet"],
      ["prepare", "proof", "--quiet"] + preparing,
      ["sign-request", "--show", request, "--quiet", "--at", SignCommandTests.at],
      ["prepare", "form", "--as", "digest-hex", request, "--at", SignCommandTests.at],
      ["create", "key", "pem:\(folder.path("key.pem"))", "--no-password", "--subject", "A", "--quiet"],
    ]
    for line in lines {
      let words = line.map { "'\($0)'" }.joined(separator: " ")
      let outcome = try Shell.run("keyroll \(words) >&-")
      #expect(
        outcome.status == 2
          && outcome.error.hasSuffix(
            "keyroll: error: standard output cannot be written: bad file descriptor [output-unwritable]\n"),
        "\(line): \(outcome)")
    }
    let told = try Shell.run("keyroll profiles --format json >&-")
    #expect(told.error.hasPrefix(#"{"version":1,"error":{"id":"output-unwritable","#), "\(told)")
  }
}
