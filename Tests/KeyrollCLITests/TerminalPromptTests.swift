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

  @Test(
    "a password of a file can be typed three times, whatever it is opened for",
    arguments: [
      (["certificate", file], "file:\(file)"),
      (["sign", "proof", "--object-id", SignCommandTests.objectID, "--key", "pfx:\(file)"], "pfx:\(file)"),
      (["verify", "--profile", "graph-proof", "--certificate", file, "eyJ.x.y"], file),
    ])
  func wrong(arguments: [String], subject: String) throws {
    let question = "password for \(subject): "
    let session = try TerminalSession(BuiltCommand.path, arguments)
    for password in ["wrong", "", "wrong again"] {
      try session.wait(for: question)
      try session.type("\(password)\n")
    }
    let again = "\(question)\nthat does not open \(subject); try again\n"
    #expect(
      try session.finish()
        == Outcome(
          status: 2,
          output: again + again + question + """

            keyroll: error: the password for \(subject) is wrong, or the file was altered [wrong-password]
            keyroll: hint: check the password and try again

            """))
  }

  @Test("the second or third password is as good as the first")
  func rightAtLast() throws {
    for wrong in [1, 2] {
      let session = try TerminalSession(BuiltCommand.path, ["certificate", Self.file])
      for _ in 0..<wrong {
        try session.wait(for: Self.question)
        try session.type("wrong\n")
        try session.wait(for: "that does not open file:\(Self.file); try again")
      }
      try session.wait(for: Self.question)
      try session.type("correct horse\n")
      let outcome = try session.finish()
      #expect(outcome.status == 0 && outcome.output.contains("\nsubject "), "\(outcome)")
    }
  }

  @Test("a given password is tried once, even if there is a terminal")
  func given() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("wrong".utf8), to: "password")
    for arguments in [
      ["certificate", Self.file, "--password-file", folder.path("password")],
      [
        "sign", "proof", "--object-id", SignCommandTests.objectID, "--key",
        "pfx:\(Self.file);password-file=\(folder.path("password"))",
      ],
    ] {
      let outcome = try TerminalSession(BuiltCommand.path, arguments).finish()
      #expect(
        outcome.status == 2 && outcome.output.contains("[wrong-password]") && !outcome.output.contains("try again;")
          && !outcome.output.contains("password for file:\(Self.file): "), "\(outcome)")
    }
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

  @Test("the question goes to the terminal even if no standard stream does")
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
