import Foundation
import TestSupport
import Testing

/// The question of `sign-request`, for a person at a terminal.
@Suite(.tags(.process)) struct SignRequestTerminalTests {
  private static let question = "sign this? Type yes to sign it: "
  private static let shown =
    "keyroll: note: the request asks for this signature\n\(SignRequestTests.summary)"
    + "keyroll: note: valid from 2027-01-15T08:00:00Z to 2027-01-15T08:10:00Z, 10 min: 10 min of it are left\n"
  private static let notConfirmed = """
    keyroll: error: nothing is signed, because the answer was not yes [not-confirmed]
    keyroll: hint: --yes signs without the question, and --show shows the request alone

    """

  private let folder: TemporaryFolder
  private let request: String

  init() throws {
    folder = try TemporaryFolder()
    request = try SignRequestTests.proof(in: folder)
  }

  private func arguments(_ options: [String] = [], key: String = SignRequestTests.key) -> [String] {
    ["sign-request", request, "--key", key, "--at", SignRequestTests.at, "--output", folder.path("signature")] + options
  }

  private func session(_ options: [String] = [], key: String = SignRequestTests.key) throws -> TerminalSession {
    try TerminalSession(BuiltCommand.path, arguments(options, key: key))
  }

  private var isSigned: Bool { get throws { try folder.names().contains("signature") } }

  @Test("yes after the summary signs, and is shown as it is typed")
  func yes() throws {
    let session = try session()
    try session.wait(for: Self.question)
    #expect(session.showsInput)
    #expect(try !isSigned)
    try session.type("yes\n")
    #expect(try session.finish() == Outcome(status: 0, output: "\(Self.shown)\(Self.question)yes\n"))
    #expect(try isSigned)
  }

  @Test("anything but yes signs nothing", arguments: ["", "y", "YES", "yes!", " yes", "no", "yes yes"])
  func anythingElse(answer: String) throws {
    let session = try session()
    try session.wait(for: Self.question)
    try session.type("\(answer)\n")
    #expect(
      try session.finish()
        == Outcome(status: 2, output: "\(Self.shown)\(Self.question)\(answer)\n\(Self.notConfirmed)"))
    #expect(try !isSigned)
  }

  @Test("the end of input signs nothing")
  func endOfInput() throws {
    let session = try session()
    try session.wait(for: Self.question)
    try session.type("\u{4}")
    let outcome = try session.finish()
    #expect(outcome.status == 2)
    #expect(
      outcome.output.hasSuffix(
        "\nkeyroll: error: nothing is signed: the input ended before a line was typed at the prompt [not-confirmed]\n"),
      "\(outcome)")
    #expect(try !isSigned)
  }

  @Test("ctrl-C and ctrl-\\ end the process by their signal", arguments: [("\u{3}", 130), ("\u{1C}", 131)])
  func interruption(key: String, status: Int32) throws {
    let session = try session()
    try session.wait(for: Self.question)
    try session.type("ye\(key)")
    #expect(try session.wait() == status)
    #expect(session.showsInput)
    #expect(try !isSigned)
  }

  @Test("what was typed before the question is not taken for the answer")
  func typeAhead() throws {
    let line = arguments().map { "'\($0)'" }.joined(separator: " ")
    let session = try Shell.session("read line; exec keyroll \(line)")
    try session.type("go on\nyes\nyes\n")
    try session.wait(for: Self.question)
    try session.type("no\n")
    let outcome = try session.finish()
    #expect(outcome.status == 2 && outcome.output.hasSuffix("\(Self.question)no\n\(Self.notConfirmed)"), "\(outcome)")
    #expect(try !isSigned)
  }

  @Test("ctrl-Z restores the terminal, and the question comes again when the process goes on")
  func stop() throws {
    let line = arguments().map { "'\($0)'" }.joined(separator: " ")
    let session = try Shell.session("keyroll \(line); echo stopped; fg")
    try session.wait(for: Self.question)
    try session.type("ye\u{1A}")
    try session.wait(for: "stopped")
    try session.wait(for: Self.question)
    try session.type("yes\n")
    #expect(try session.finish().status == 0)
    #expect(try isSigned)
  }

  @Test("neither --yes nor --show asks anything")
  func unasked() throws {
    #expect(try session(["--yes"]).finish() == Outcome(status: 0, output: Self.shown))
    #expect(try isSigned)
    let shown = try session(["--show"], key: "pem:/nonexistent").finish()
    #expect(shown.status == 0 && shown.output.hasSuffix("; nothing is signed\n"), "\(shown)")
  }

  @Test("no question is asked about a refused request")
  func refused() throws {
    let outcome = try session(["--object-id", SignCommandTests.tenant]).finish()
    #expect(outcome.status == 2 && outcome.output.contains("[parameter-mismatch]\n"), "\(outcome)")
    #expect(!outcome.output.contains(Self.question))
  }

  @Test("the password is asked for after the question, and only after a yes")
  func passwordLast() throws {
    let file = Fixtures.path("pfx/openssl-default.p12")
    let session = try session(key: file)
    try session.wait(for: Self.question)
    #expect(!session.text.contains("password"))
    try session.type("yes\n")
    try session.wait(for: "password for file:\(file): ")
    try session.type("correct horse\n")
    #expect(try session.finish().status == 0)
    let refusing = try self.session(["--force"], key: file)
    try refusing.wait(for: Self.question)
    try refusing.type("no\n")
    let outcome = try refusing.finish()
    #expect(outcome.status == 2 && !outcome.output.contains("password"), "\(outcome)")
  }

  @Test("if standard error goes elsewhere, the terminal still shows what the question is about")
  func redirected() throws {
    let error = try NamelessFile()
    let session = try TerminalSession(
      BuiltCommand.path, arguments(),
      descriptors: [STDIN_FILENO: try NamelessFile(), STDOUT_FILENO: try NamelessFile(), STDERR_FILENO: error])
    try session.wait(for: Self.question)
    try session.type("yes\n")
    #expect(
      try session.finish()
        == Outcome(
          status: 0,
          output:
            "\(Self.shown.replacing("keyroll: note: the", with: "the").replacing("keyroll: ", with: ""))\(Self.question)yes\n"
        ))
    #expect(try error.text() == Self.shown)
  }

  @Test("the window is judged again after the answer, and one that ended meanwhile is not signed")
  func late() throws {
    let clock = try folder.write(Array("1800000000".utf8), to: "clock")
    let library = try BuiltLibrary.clock.copy(into: folder, as: "clock.so")
    let session = try TerminalSession(
      BuiltCommand.path,
      ["sign-request", request, "--key", SignRequestTests.key, "--output", folder.path("signature")],
      environment: ["LD_PRELOAD": library, "CLOCK": clock])
    try session.wait(for: Self.question)
    #expect(session.text.contains("10 min of it are left"))
    try folder.write(Array("1800000600".utf8), to: "clock")
    try session.type("yes\n")
    let outcome = try session.finish()
    #expect(
      outcome.status == 2 && outcome.output.contains("exp is 2027-01-15T08:10:00Z, 0 s ago [expired]\n"), "\(outcome)")
    #expect(try !isSigned)
  }
}
