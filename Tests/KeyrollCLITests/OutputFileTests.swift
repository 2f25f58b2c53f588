import Foundation
import KeyrollCLI
import Messages
import TestSupport
import Testing

@Suite struct OutputFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("a new file holds all the bytes and only its owner may read it")
  func newFile() throws {
    let file = try OutputFile(path: folder.path("token"), replacing: false)
    try file.check()
    try file.write([1, 2, 3].span)
    #expect(try folder.bytes("token") == [1, 2, 3])
    #expect(try folder.mode("token") == 0o600)
    #expect(try folder.names() == ["token"])
  }

  @Test("a path without a directory is beside the process")
  func bareName() throws {
    let name = "keyroll-test-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: name) }
    try OutputFile(path: name, replacing: false).write([1].span)
    #expect(FileManager.default.contents(atPath: name) == Data([1]))
  }

  @Test("a file that is there stays as it is")
  func existingFile() throws {
    try folder.write([9], to: "token")
    try expectRefusal(.outputExists, "token")
    #expect(try folder.bytes("token") == [9])
  }

  @Test("a file that appears between the check and the writing stays as it is")
  func race() throws {
    let file = try OutputFile(path: folder.path("token"), replacing: false)
    try file.check()
    try folder.write([9], to: "token")
    #expect { try file.write([1].span) } throws: { ($0 as? CommandError)?.code == .outputExists }
    #expect(try folder.bytes("token") == [9])
    #expect(try folder.names() == ["token"])
  }

  @Test(
    "a symbolic link is neither followed nor replaced, wherever it leads",
    arguments: ["target", "nowhere", "/dev/full"], [false, true])
  func symbolicLink(destination: String, replacing: Bool) throws {
    try folder.write([9], to: "target")
    try folder.link("token", to: destination)
    try expectRefusal(.outputUnwritable, "token", replacing: replacing)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("token")) == destination)
    #expect(try folder.bytes("target") == [9])
    #expect(try folder.names() == ["target", "token"])
  }

  @Test("a replaced file has the mode of a new one")
  func replacing() throws {
    try folder.write([9], to: "token")
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.path("token"))
    try OutputFile(path: folder.path("token"), replacing: true).write([1].span)
    #expect(try folder.bytes("token") == [1])
    #expect(try folder.mode("token") == 0o600)
    #expect(try folder.names() == ["token"])
  }

  @Test("a directory, a pipe and a file in no directory are refused, also for replacing", arguments: [false, true])
  func unwritable(replacing: Bool) throws {
    try FileManager.default.createDirectory(atPath: folder.path("directory"), withIntermediateDirectories: false)
    #expect(unsafe mkfifo(folder.path("pipe"), 0o600) == 0)
    try folder.write([9], to: "file")
    for name in ["directory", "pipe", "missing/token", "file/token"] {
      try expectRefusal(.outputUnwritable, name, replacing: replacing)
    }
    #expect(try folder.names() == ["directory", "file", "pipe"])
  }

  @Test("a path without a name is a wrong command line", arguments: ["", "directory/", "/", "a\0b"])
  func withoutName(path: String) {
    #expect { try OutputFile(path: path, replacing: false) } throws: { ($0 as? CommandError)?.code == .usage }
  }

  @Test("the umask does not matter")
  func umask() throws {
    let outcome = try Shell.run("umask 777; \(signing) --output '\(folder.path("token"))'")
    #expect(outcome.status == 0)
    #expect(try folder.mode("token") == 0o600)
  }

  @Test("where the disk takes no byte, nothing is left behind")
  func tooLarge() throws {
    let path = folder.path("token")
    // The limit is for the signing alone: what it says goes through a pipe.
    let outcome = try Shell.run("(ulimit -f 0; \(signing) --output '\(path)' 2>&1; echo status $?) | cat")
    #expect(
      outcome.output == "keyroll: error: \(path) cannot be written: file too large [output-unwritable]\nstatus 2\n")
    #expect(try folder.names().isEmpty)
  }

  private var signing: String {
    "keyroll sign proof --key '\(SignCommandTests.key)' --object-id \(SignCommandTests.objectID) --at \(SignCommandTests.at)"
  }

  private func expectRefusal(_ code: CommandError.Code, _ name: String, replacing: Bool = false) throws {
    let file = try OutputFile(path: folder.path(name), replacing: replacing)
    #expect { try file.check() } throws: { ($0 as? CommandError)?.code == code }
    #expect { try file.write([1].span) } throws: { ($0 as? CommandError)?.code == code }
  }
}
