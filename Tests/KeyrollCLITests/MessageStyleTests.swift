import Foundation
import KeyrollCLI
import TestSupport
import Testing

@Suite(.tags(.process)) struct MessageStyleTests {
  @Test(
    "the style is read from the words, wherever they are",
    arguments: [
      (["verify", "--quiet"], true, false), (["sign", "--format", "json", "--quiet"], true, true),
      (["sign", "--format=json"], false, true), (["--format", "text"], false, false), (["--format"], false, false),
      (["inspect", "--", "--quiet", "--format", "json"], false, false),
      (["certificate", "--format", "pem"], false, false),
      (["json"], false, false),
    ])
  func words(words: [String], isQuiet: Bool, isJSON: Bool) {
    let style = MessageStyle(words)
    #expect(style.isQuiet == isQuiet && style.isJSON == isJSON)
  }

  private static let proof = [
    "sign", "proof", "--key", SignCommandTests.key, "--object-id", SignCommandTests.objectID, "--at",
    SignCommandTests.at,
  ]

  @Test("--quiet leaves out the notes and nothing else")
  func quiet() throws {
    let said = try BuiltCommand.run(Self.proof)
    #expect(
      said.error == "keyroll: note: valid from 2027-01-15T08:00:00Z to 2027-01-15T08:10:00Z, 10 min\n", "\(said)")
    #expect(try BuiltCommand.run(Self.proof + ["--quiet"]) == Outcome(status: 0, output: said.output))
    let folder = try TemporaryFolder()
    let open = try folder.write(Array("1".utf8), to: "password")
    try folder.setMode("password", 0o644)
    let warned = try BuiltCommand.run(Self.proof + ["--quiet", "--password-file", open])
    #expect(warned.error.hasPrefix("keyroll: warning: ") && warned.status == 0, "\(warned)")
  }

  @Test("with --format json an error is an object with its id, and so is one of the command line")
  func errors() throws {
    let none = ["sign", "proof", "--object-id", SignCommandTests.objectID, "--key", "none.pem", "--format", "json"]
    #expect(
      try BuiltCommand.run(none)
        == Outcome(
          status: 2,
          error:
            #"{"version":1,"error":{"id":"file-unreadable","message":"none.pem cannot be read: no such file or directory"}}"#
            + "\n"))
    #expect(
      try BuiltCommand.run("sign", "proof", "--objectid", "a", "--format=json")
        == Outcome(
          status: 64,
          error:
            #"{"version":1,"error":{"id":"usage","message":"unknown option '--objectid'; did you mean '--object-id'?","hint":"see keyroll sign proof --help"}}"#
            + "\n"))
    #expect(
      try BuiltCommand.run("sgin", "--format", "json").error
        == #"{"version":1,"error":{"id":"usage","message":"there is no command sgin; did you mean sign?","hint":"see keyroll --help"}}"#
        + "\n")
  }

  @Test("with --format json a note and a warning are objects too, a line each")
  func remarks() throws {
    let made = try BuiltCommand.run(Self.proof + ["--format", "json", "--x5c", "--not-before", "+5m"])
    let lines = made.error.split(separator: "\n")
    for line in lines {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(object?["version"] as? Int == 1)
      let remark = (object?["note"] ?? object?["warning"]) as? [String: Any]
      #expect(remark?["message"] is String, "\(line)")
    }
    #expect(
      lines.last
        == #"{"version":1,"note":{"message":"valid from 2027-01-15T08:05:00Z to 2027-01-15T08:15:00Z, 10 min"}}"#)
  }

  @Test("with --format json an error on a terminal is an object too")
  func terminal() throws {
    let session = try TerminalSession(BuiltCommand.path, ["profiles", "none", "--format", "json"])
    let said = try session.finish()
    #expect(said.status == 2 && said.output.hasPrefix(#"{"version":1,"error":{"id":"#), "\(said)")
  }

  @Test("a line feed at the end of a token, which keyroll writes itself, is worth no note; a carriage return is")
  func lineBreak() throws {
    let folder = try TemporaryFolder()
    let token = try BuiltCommand.run(Self.proof).output
    let path = try folder.write(Array(token.utf8), to: "proof.jwt")
    let verify = [
      "verify", "--profile", "graph-proof", "--certificate", SignCommandTests.certificate, "--at", SignCommandTests.at,
    ]
    #expect(try BuiltCommand.run(verify + [path]).error.isEmpty)
    let windows = try folder.write(Array(token.replacing("\n", with: "\r\n").utf8), to: "windows.jwt")
    #expect(
      try BuiltCommand.run(verify + [windows]).error
        == "keyroll: note: a carriage return and a line feed at the end of \(windows) were dropped\n")
  }
}
