import Foundation
import TestSupport
import Testing

/// Every source of a password, by a command that needs one to open a file.
@Suite(.tags(.process)) struct SecretSourceTests {
  private let file = Fixtures.path("pfx/openssl-default.p12")
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let good = ["correct horse", "correct horse\n", "correct horse\r\n"]
  private static let bad = [
    " correct horse", "correct horse ", "\n", String(repeating: "a", count: 4096) + "\r\n",
  ]
  private static let refused = [
    ("correct horse\n\n", "more than one line"), ("correct horse\r", "more than one line"),
    ("correct\nhorse", "more than one line"), ("\u{FEFF}correct horse", "a byte order mark"),
    ("correct\u{0}horse", "a NUL"), ("c\u{0}o\u{0}", "text in UTF-16"), ("correct\thorse", "a control character"),
    ("correct\u{7F}", "a control character"),
  ]

  @Test("a password with an impossible character is refused, and the error does not show it", arguments: refused)
  func refusedFile(contents: String, reason: String) throws {
    let password = try folder.write(Array(contents.utf8), to: "password")
    let outcome = try BuiltCommand.run("certificate", file, "--password-file", password)
    #expect(
      outcome
        == Outcome(
          status: 2,
          error: """
            keyroll: error: the password file \(password) holds \(reason), which no password has; nothing was tried [secret-unavailable]
            keyroll: hint: write the password alone, as printf '%s' writes it

            """))
  }

  @Test("a file gives the password without one line break at its end", arguments: good)
  func goodFile(contents: String) throws {
    let password = try folder.write(Array(contents.utf8), to: "password")
    try expectOpened(BuiltCommand.run("certificate", file, "--password-file", password))
  }

  @Test("nothing else in a file is dropped", arguments: bad)
  func badFile(contents: String) throws {
    let password = try folder.write(Array(contents.utf8), to: "password")
    try expectError("wrong-password", BuiltCommand.run("certificate", file, "--password-file", password))
  }

  @Test("a descriptor, standard input too, gives the password as a file does", arguments: good)
  func descriptor(contents: String) throws {
    let bytes = Array(contents.utf8)
    try expectOpened(BuiltCommand.run("certificate", file, "--password-fd", "7", descriptors: [7: bytes]))
    try expectOpened(BuiltCommand.run("certificate", file, "--password-fd", "0", input: bytes))
    try expectOpened(BuiltCommand.run("certificate", file, "--password-file", "-", input: bytes))
  }

  @Test("a pipe gives the password")
  func pipe() throws {
    let command = "printf 'correct %s' horse | keyroll certificate '\(file)' --password-fd 0"
    try expectOpened(Shell.run(command))
  }

  @Test("a variable gives the password as it is")
  func environment() throws {
    try expectOpened(
      BuiltCommand.run("certificate", file, "--password-env", "SECRET", environment: ["SECRET": "correct horse"]))
    try expectError(
      "secret-unavailable",
      BuiltCommand.run("certificate", file, "--password-env", "SECRET", environment: ["SECRET": "correct horse\n"]))
  }

  @Test("a variable that was read is removed from the environment of the process")
  func environmentWiped() throws {
    let terminal = try TerminalSession(
      BuiltCommand.path, ["certificate", "-", "--password-env", "SECRET"],
      environment: ["SECRET": "correct horse", "OTHER": "stays"])
    let environment = "/proc/\(terminal.processIdentifier)/environ"
    let wiped = "SECRET=" + String(repeating: "\0", count: "correct horse".utf8.count) + "\0"
    // The process reads the terminal once it has taken the variable; until then the text is still there.
    while try !String(contentsOfFile: environment, encoding: .utf8).contains(wiped) { sched_yield() }
    #expect(try String(contentsOfFile: environment, encoding: .utf8).contains("OTHER=stays\0"))
    kill(terminal.processIdentifier, SIGKILL)
    #expect(try terminal.wait() == 128 + SIGKILL)
  }

  @Test("a source that cannot be read is an error, never an empty password")
  func unavailable() throws {
    try folder.write([], to: "empty")
    try folder.write([UInt8](repeating: 0x61, count: 4097), to: "long")
    let cases: [(options: [String], message: String, hint: String?)] = [
      (
        ["--password-file", folder.path("missing")],
        "the password file \(folder.path("missing")) cannot be read: no such file or directory", nil
      ),
      (
        ["--password-file", folder.path("")], "the password file \(folder.path("")) cannot be read: is a directory", nil
      ),
      (
        ["--password-file", folder.path("empty")], "the password file \(folder.path("empty")) is empty", Self.emptyHint
      ),
      (
        ["--password-file", folder.path("long")],
        "the password file \(folder.path("long")) holds more than 4096 bytes, the most that a password may have", nil
      ),
      (["--password-file", "-"], "standard input is empty", Self.emptyHint),
      (["--password-fd", "63"], "the file descriptor for the password cannot be read: bad file descriptor", nil),
      (["--password-env", "UNSET"], "the environment variable for the password is not set", nil),
      (["--password-env", "EMPTY"], "the environment variable for the password is empty", Self.emptyHint),
      (
        ["--password-env", "LONG"],
        "the environment variable for the password holds more than 4096 bytes, the most that a password may have", nil
      ),
    ]
    for (options, message, hint) in cases {
      let outcome = try BuiltCommand.run(
        ["certificate", file] + options, environment: ["EMPTY": "", "LONG": String(repeating: "a", count: 4097)])
      let hintLine = hint.map { "keyroll: hint: \($0)\n" } ?? ""
      #expect(outcome == Outcome(status: 2, error: "keyroll: error: \(message) [secret-unavailable]\n\(hintLine)"))
    }
  }

  private static let emptyHint =
    "a key without a password needs no option; the empty password is a file of one line feed"

  @Test("a terminal is not a source: it would show the password")
  func terminal() throws {
    let session = try TerminalSession(BuiltCommand.path, ["certificate", file, "--password-fd", "0"])
    #expect(
      try session.finish()
        == Outcome(
          status: 2,
          output: """
            keyroll: error: standard input is a terminal, which would show the password [secret-unavailable]
            keyroll: hint: leave the option out to be asked for the password

            """))
  }

  @Test("without a source and a terminal the password is missing")
  func none() throws {
    try expectError("password-required", BuiltCommand.run("certificate", file))
  }

  @Test(
    "sources that contradict each other or do not exist are a wrong command line",
    arguments: [
      (
        ["--password-file", "a", "--password-fd", "3"],
        "only one of --password-file, --password-fd and --password-env can be given"
      ),
      (["--password-fd=-1"], "--password-fd takes a number from 0"),
      (["--password-env", "SECRET=correct horse"], "--password-env takes the name of a variable, not its value"),
      (["--password-env", ""], "--password-env takes the name of a variable, not its value"),
    ])
  func usage(options: [String], message: String) throws {
    #expect(
      try BuiltCommand.run(["certificate", file] + options)
        == Outcome(
          status: 64, error: "keyroll: error: \(message) [usage]\nkeyroll: hint: see keyroll certificate --help\n"))
  }

  @Test(
    "standard input cannot be both the file and the password",
    arguments: [["--password-file", "-"], ["--password-fd", "0"]])
  func bothOnStandardInput(options: [String]) throws {
    #expect(
      try BuiltCommand.run(["certificate", "-"] + options)
        == Outcome(
          status: 64,
          error: """
            keyroll: error: standard input cannot be both the certificate file and the password [usage]
            keyroll: hint: give one of them as a file

            """))
  }

  @Test("a password on the command line is not repeated in the error")
  func argument() throws {
    let outcome = try BuiltCommand.run("certificate", file, "--password=correct horse")
    #expect(outcome.status == 64)
    #expect(!outcome.error.contains("correct horse"))
  }

  private func expectOpened(_ outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(outcome.status == 0, sourceLocation: sourceLocation)
    #expect(outcome.error.isEmpty, sourceLocation: sourceLocation)
    #expect(outcome.output.hasPrefix("subject "), sourceLocation: sourceLocation)
  }

  private func expectError(_ id: String, _ outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(outcome.status == 2, sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
    #expect(outcome.error.split(separator: "\n").first?.hasSuffix(" [\(id)]") ?? false, sourceLocation: sourceLocation)
  }
}
