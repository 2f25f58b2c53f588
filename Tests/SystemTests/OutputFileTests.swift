import Foundation
import Messages
import System
import TestSupport
import Testing

@Suite struct OutputFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("a new file has all the bytes, and only its owner may read it")
  func newFile() throws {
    let file = try OutputFile(path: folder.path("token"), replacing: false)
    try file.check()
    try file.write([1, 2, 3].span)
    #expect(try folder.bytes("token") == [1, 2, 3])
    #expect(try folder.mode("token") == 0o600)
    #expect(try folder.names() == ["token"])
  }

  @Test("a path without a directory is in the current one")
  func bareName() throws {
    let name = "keyroll-test-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: name) }
    try OutputFile(path: name, replacing: false).write([1].span)
    #expect(FileManager.default.contents(atPath: name) == Data([1]))
  }

  @Test("an existing file stays as it is")
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
    #expect { try file.write([1].span) } throws: { ($0 as? SystemError)?.code == .outputExists }
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

  @Test(
    "a directory, a pipe and a path in a missing directory are refused, also for replacing", arguments: [false, true])
  func unwritable(replacing: Bool) throws {
    try FileManager.default.createDirectory(atPath: folder.path("directory"), withIntermediateDirectories: false)
    #expect(unsafe mkfifo(folder.path("pipe"), 0o600) == 0)
    try folder.write([9], to: "file")
    for name in ["directory", "pipe", "missing/token", "file/token"] {
      try expectRefusal(.outputUnwritable, name, replacing: replacing)
    }
    #expect(try folder.names() == ["directory", "file", "pipe"])
  }

  @Test("a path without a name names no file", arguments: ["", "directory/", "/", "a\0b"])
  func withoutName(path: String) {
    #expect(!OutputFile.isNamed(by: path))
    #expect { try OutputFile(path: path, replacing: false) } throws: { ($0 as? SystemError)?.code == .outputUnwritable }
  }

  @Test("a hint has the words of the caller, and names no option of a command without them")
  func wording() throws {
    try folder.write([9], to: "token")
    try folder.link("link", to: "token")
    let wording = OutputWording(maker: "--to", replacement: "use --over", alternative: "leave --to out")
    for (name, wording, hint) in [
      ("token", OutputWording(), "choose another name"), ("token", wording, "choose another name, or use --over"),
      ("link", OutputWording(), "name the file that it should lead to"),
      ("link", wording, "name the file that it should lead to, or leave --to out"),
    ] {
      let file = try OutputFile(path: folder.path(name), replacing: false, wording: wording)
      #expect { try file.check() } throws: { ($0 as? SystemError)?.hint == hint }
    }
  }

  @Test("several files are all written or none of them, and no file is replaced")
  func allOrNone() throws {
    try folder.write([9], to: "c")
    let names = ["a", "b", "c"]
    let set = OutputFileSet(try names.map { try OutputFile(path: folder.path($0), replacing: false) })
    #expect(throws: SystemError.self) { try set.check() }
    #expect(throws: SystemError.self) { try set.write([[1], [2], [3]]) }
    #expect(try folder.names() == ["c"])
    #expect(try folder.bytes("c") == [9])
  }

  private func expectRefusal(_ code: SystemError.Code, _ name: String, replacing: Bool = false) throws {
    let file = try OutputFile(path: folder.path(name), replacing: replacing)
    #expect { try file.check() } throws: { ($0 as? SystemError)?.code == code }
    #expect { try file.write([1].span) } throws: { ($0 as? SystemError)?.code == code }
  }
}
