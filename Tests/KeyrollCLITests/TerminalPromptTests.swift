import Foundation
import TestSupport
import Testing

@Suite(.tags(.process)) struct TerminalPromptTests {
  private static let file = Fixtures.path("pfx/openssl-default.p12")
  private static let question = "password for file:\(file): "

  @Test("the password is asked for on the terminal and not shown")
  func hidden() throws {
    let session = try TerminalSession(BuiltCommand.path, ["certificate", Self.file])
    try session.wait(for: Self.question)
    #expect(!session.showsInput)
    try session.type("correct horse\n")
    let outcome = try session.finish()
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("\(Self.question)\nsubject "))
    #expect(!outcome.output.contains("correct horse"))
  }

  @Test("what was typed before the question is not taken for the answer")
  func typeAhead() throws {
    let session = try Shell.session("read line; exec keyroll certificate '\(Self.file)'")
    try session.type("go on\nwrong\n")
    try session.wait(for: Self.question)
    try session.type("correct horse\n")
    #expect(try session.finish().status == 0)
  }

  @Test("the terminal edits the line")
  func editing() throws {
    let session = try TerminalSession(BuiltCommand.path, ["certificate", Self.file])
    try session.wait(for: Self.question)
    try session.type("nonsense\u{15}correct horsf\u{7F}e\r")
    #expect(try session.finish().status == 0)
  }

  @Test("a wrong password is asked for once")
  func wrong() throws {
    let session = try TerminalSession(BuiltCommand.path, ["certificate", Self.file])
    try session.wait(for: Self.question)
    try session.type("wrong\n")
    let outcome = try session.finish()
    #expect(outcome.status == 2)
    #expect(outcome.output.components(separatedBy: Self.question).count == 2)
    #expect(outcome.output.contains("[wrong-password]\n"))
  }

  @Test("a signal that ends the prompt finds the terminal as it was", arguments: [SIGABRT, SIGUSR1, SIGALRM, SIGTERM])
  func endedBySignal(signal: Int32) throws {
    let session = try Shell.session("keyroll certificate '\(Self.file)'; stty -a | grep -o -e '-\\?echo '")
    try session.wait(for: Self.question)
    #expect(!session.showsInput)
    _ = try Judge.run("/usr/bin/pkill", ["-\(signal)", "--parent", "\(session.processIdentifier)", "keyroll"])
    let outcome = try session.finish()
    #expect(outcome.output.contains("\necho") && !outcome.output.contains("-echo"), "\(outcome)")
  }

  @Test("the question goes to the terminal although no standard stream does")
  func redirected() throws {
    let output = try NamelessFile()
    let error = try NamelessFile()
    let session = try TerminalSession(
      BuiltCommand.path, ["certificate", Self.file],
      descriptors: [STDIN_FILENO: try NamelessFile(), STDOUT_FILENO: output, STDERR_FILENO: error])
    try session.wait(for: Self.question)
    try session.type("correct horse\n")
    #expect(try session.finish() == Outcome(status: 0, output: "\(Self.question)\n"))
    #expect(try output.text().hasPrefix("subject "))
    #expect(try error.text().isEmpty)
  }

  @Test("the end of input is not an empty password", arguments: ["\u{4}", "half\u{4}\u{4}"])
  func endOfInput(typed: String) throws {
    let session = try TerminalSession(BuiltCommand.path, ["certificate", Self.file])
    try session.wait(for: Self.question)
    try session.type(typed)
    #expect(
      try session.finish()
        == Outcome(
          status: 2,
          output: """
            \(Self.question)
            keyroll: error: the input ended before a line was typed at the prompt [secret-unavailable]

            """))
  }

  @Test(
    "ctrl-C and ctrl-\\ at the question end the process by their signal and restore the terminal",
    arguments: [("\u{3}", 130), ("\u{1C}", 131)])
  func interruption(key: String, status: Int32) throws {
    let session = try TerminalSession(BuiltCommand.path, ["certificate", Self.file])
    try session.wait(for: Self.question)
    try session.type("half\(key)")
    #expect(try session.wait() == status)
    #expect(session.showsInput)
    #expect(session.text == Self.question)
  }

  @Test("a signal at the question ends the process and restores the terminal", arguments: [SIGTERM, SIGHUP, SIGINT])
  func signal(number: Int32) throws {
    let session = try TerminalSession(BuiltCommand.path, ["certificate", Self.file])
    try session.wait(for: Self.question)
    kill(session.processIdentifier, number)
    #expect(try session.wait() == 128 + number)
    #expect(session.showsInput)
  }

  @Test("ctrl-Z restores the terminal, and the question comes again when the process goes on")
  func stop() throws {
    let session = try Shell.session("keyroll certificate '\(Self.file)'; stty -a; fg")
    try session.wait(for: Self.question)
    try session.type("half\u{1A}")
    try session.wait(for: " echo ")
    try session.wait(for: Self.question)
    #expect(!session.showsInput)
    try session.type("correct horse\n")
    let outcome = try session.finish()
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("subject "))
    #expect(outcome.output.components(separatedBy: Self.question).count == 3)
  }
}
