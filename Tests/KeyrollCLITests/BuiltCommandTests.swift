import TestSupport
import Testing

@Suite(.tags(.process)) struct BuiltCommandTests {
  @Test("the version goes to standard output, with the commit and the libraries that the command runs with")
  func version() throws {
    let outcome = try BuiltCommand.run("--version")
    #expect(outcome.status == 0 && outcome.error.isEmpty)
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    try #require(lines.count == 4 && lines[3].isEmpty, "\(outcome)")
    #expect(try /keyroll 0\.1\.0, commit ([0-9a-f]{40}\+?|unknown)/.wholeMatch(in: lines[0]) != nil, "\(lines[0])")
    #expect(try Shell.run("openssl version").output.contains("(Library: \(lines[1]))"), "\(lines[1])")
    #expect(try Shell.run("getconf GNU_LIBC_VERSION").output == "\(lines[2])\n")
  }

  @Test(
    "in FIPS mode a warning says once which provider works with RSA keys, and the command goes on",
    .enabled(if: GroupTesting.canMount, "only root can put another /proc/sys in the place of the system's"))
  func fipsMode() throws {
    func run(_ flag: String, _ arguments: String) throws -> Outcome {
      try Shell.run(
        """
        unshare --mount --propagation private sh -ec 'mount -t tmpfs tmpfs /proc/sys && mkdir /proc/sys/crypto && \
        echo \(flag) >/proc/sys/crypto/fips_enabled'"; exec keyroll \(arguments)"
        """)
    }
    let show = "certificate show \(Fixtures.path("certificates/leaf.pem"))"
    let plain = try run("0", show)
    #expect(plain.status == 0 && plain.error.isEmpty, "\(plain)")
    let told = try run("1", show)
    #expect(told.status == 0 && told.output == plain.output, "\(told)")
    #expect(told.error.hasPrefix("keyroll: warning: this system is in FIPS mode, "), "\(told)")
    #expect(told.error.contains("the provider default of OpenSSL, version 3."), "\(told)")
    #expect(told.error.split(separator: "\n").count == 1, "\(told)")
    let signed = try run(
      "1",
      "sign proof --key '\(SignCommandTests.key)' --object-id \(SignCommandTests.objectID) --at \(SignCommandTests.at)")
    #expect(
      signed.status == 0 && signed.error.split(separator: "\n").count { $0.contains("FIPS mode") } == 1, "\(signed)")
    for arguments in ["--version", "sign --help", "profiles"] { #expect(try run("1", arguments).error.isEmpty) }
  }

  @Test("help goes to standard output", arguments: [["--help"], ["-h"], ["help"]])
  func help(arguments: [String]) throws {
    let outcome = try BuiltCommand.run(arguments)
    #expect(outcome.status == 0)
    #expect(outcome.error.isEmpty)
    #expect(outcome.output.hasPrefix("OVERVIEW: "))
  }

  @Test(
    "help on something that is not a command is refused",
    arguments: [
      (["help", "nosuch"], "there is no command nosuch", "keyroll"),
      (["help", "sign", "nosuch"], "there is no command nosuch", "keyroll sign"),
      (["help", "verify", "a.jwt"], "there is no command a.jwt", "keyroll verify"),
      (["help", "verify", "--nosuch"], "unknown option '--nosuch'", "keyroll verify"),
    ])
  func helpOnNothing(arguments: [String], message: String, command: String) throws {
    #expect(
      try BuiltCommand.run(arguments)
        == Outcome(
          status: 64, error: "keyroll: error: \(message) [usage]\nkeyroll: hint: see \(command) --help\n"))
  }

  @Test(
    "the usage of every command names its required arguments",
    arguments: [
      ("sign proof", "[<options>] --object-id <guid> --key <reference>"),
      ("sign assertion", "[<options>] --tenant <tenant> --client-id <guid> --key <reference>"),
      ("sign claims", "[<options>] --profile <name or file> --key <reference>"),
      ("prepare proof", "[<options>] --object-id <guid> --certificate <file>"),
      ("prepare assertion", "[<options>] --tenant <tenant> --client-id <guid> --certificate <file>"),
      ("prepare claims", "[<options>] --profile <name or file> --certificate <file>"),
      ("sign-request", "[<options>] --key <reference> <file>"),
      ("create key", "[<options>] --subject <text> <destination>"),
      ("create certificate", "[<options>] --key <reference> --subject <text> --output <file>"),
      ("create csr", "[<options>] --key <reference> --subject <text> --output <file>"),
      ("prepare certificate", "[<options>] --public-key <file> --subject <text> --output <file>"),
      ("prepare csr", "[<options>] --public-key <file> --subject <text> --output <file>"),
      ("certificate store", "[<options>] --key <reference> <file>"),
    ])
  func requiredOptions(command: String, options: String) throws {
    let outcome = try BuiltCommand.run(command.split(separator: " ").map(String.init) + ["--help"])
    #expect(outcome.output.contains("\nUSAGE: keyroll \(command) \(options)\n"), "\(outcome)")
  }

  @Test(
    "a wrong command line is one line of error and one of hint",
    arguments: [
      (["--nonsense"], "unknown option '--nonsense'; the name of a command comes first", "keyroll"),
      (["--verison"], "unknown option '--verison'; did you mean '--version'?", "keyroll"),
      (["nonsense"], "there is no command nonsense", "keyroll"),
      (["sgin"], "there is no command sgin; did you mean sign?", "keyroll"),
      (["help", "verfy"], "there is no command verfy; did you mean verify?", "keyroll"),
      (["sign", "prof", "--key", "a"], "there is no command prof; did you mean proof?", "keyroll sign"),
      (["sign", "nonsense"], "there is no command nonsense; there are proof, assertion and claims", "keyroll sign"),
      (["sign", "--key", "a"], "which token to sign is missing: proof, assertion or claims", "keyroll sign"),
      (["sign", "--hepl"], "unknown option '--hepl'; did you mean '--help'?", "keyroll sign"),
      (["sign"], "which token to sign is missing: proof, assertion or claims", "keyroll sign"),
      (["certificate"], "missing expected argument '<file>'", "keyroll certificate"),
      (["certificate", "a", "b"], "unexpected argument b", "keyroll certificate"),
      (["certificate", "a", "--at"], "missing value for '--at <time>'", "keyroll certificate"),
      (["certificate", "a", "--at", "yesterday"], #"--at takes a time, not "yesterday""#, nil),
      (
        ["certificate", "a", "--format", "xml"],
        "--format takes text, json, pem, der, jwk or jwks, not \"xml\"", "keyroll certificate"
      ),
      (
        ["certificate", "a", "--format", "jsn"],
        "--format takes text, json, pem, der, jwk or jwks, not \"jsn\"; did you mean json?", "keyroll certificate"
      ),
      (
        ["sign", "proof", "--cert", "a"], "unknown option '--cert'; did you mean '--certificate'?", "keyroll sign proof"
      ),
      (
        ["sign", "proof", "--tenant", "a"], "unknown option '--tenant'; it is an option of keyroll sign assertion",
        "keyroll sign proof"
      ),
      (
        ["verify", "--cloud", "chna", "a"],
        "--cloud takes global, usgov, usgov-dod or china, not \"chna\"; did you mean china?", "keyroll verify"
      ),
      (
        ["request", "check", "a", "--max-lifetime", "soon"],
        "--max-lifetime takes a duration such as 90s, 10m, 1h or 365d, not \"soon\"", "keyroll request check"
      ),
      (
        ["verify", "--parameter", "a", "b"], "--parameter takes a name and a value with = between them, not \"a\"",
        "keyroll verify"
      ),
      (
        ["certificate", "a", "--formt", "json"], "unknown option '--formt'; did you mean '--format'?",
        "keyroll certificate"
      ),
      (
        ["certificate", "a\u{1B}[2J", "b\nkeyroll: error: c"],
        "unexpected argument (a value of 19 bytes that may be a token or a key)",
        "keyroll certificate"
      ),
    ] as [([String], String, String?)])
  func usage(arguments: [String], message: String, command: String?) throws {
    let hint = command.map { "see \($0) --help" } ?? "write it as 2026-11-21T14:00:00Z or 2026-11-21T15:00:00+01:00"
    #expect(
      try BuiltCommand.run(arguments)
        == Outcome(status: 64, error: "keyroll: error: \(message) [usage]\nkeyroll: hint: \(hint)\n"))
  }

  @Test("output that cannot be written is an error")
  func fullDevice() throws {
    #expect(
      try BuiltCommand.run("--version", output: "/dev/full")
        == Outcome(
          status: 2,
          error: "keyroll: error: standard output cannot be written: no space left on device [output-unwritable]\n"))
  }

  @Test("a closed standard output is an error, and no other file takes its place")
  func closedOutput() throws {
    #expect(
      try Shell.run("keyroll --version >&-")
        == Outcome(
          status: 2,
          error: "keyroll: error: standard output cannot be written: bad file descriptor [output-unwritable]\n"))
  }

  @Test("with standard error closed, the status still says how the command ended")
  func closedError() throws {
    #expect(try Shell.run("keyroll --nonsense 2>&-") == Outcome(status: 64))
  }
}
