import Foundation
import Messages
import System
import TestSupport
import Testing

@Suite struct OutputFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("a finished folder has all its files, for its owner alone, and nothing is left beside it")
  func finished() throws {
    var new = try OutputFolder(path: folder.path("new/"))
    try new.add("a", [1, 2].span)
    try new.add("b", [3].span)
    #expect(try folder.names().count == 1)
    #expect(try !folder.names().contains("new"))
    try new.finish()
    #expect(try folder.names() == ["new"])
    #expect(try folder.names(in: "new") == ["a", "b"])
    #expect(try folder.mode("new") == 0o700 && folder.mode("new/a") == 0o600)
    #expect(try folder.bytes("new/a") == [1, 2])
  }

  /// The reason why a file could not be added to a new folder, or the folder not be finished.
  private func failure(adding name: String, meanwhile: () throws -> Void = {}) throws -> SystemError.Code? {
    var new = try OutputFolder(path: folder.path("new"))
    try new.add("a", [1].span)
    try meanwhile()
    do throws(SystemError) {
      try new.add(name, [1].span)
      try new.finish()
      return nil
    } catch {
      return error.code
    }
  }

  @Test("a folder that is not finished leaves nothing behind")
  func unfinished() throws {
    for name in ["a", "inner/too/deep", "a/b", "../b"] {
      #expect(try failure(adding: name) == .outputUnwritable, "\(name)")
      #expect(try folder.names().isEmpty, "\(name)")
    }
  }

  @Test("a folder can have folders with files, which go with it when it is not finished", arguments: [true, false])
  func folders(isFinished: Bool) throws {
    func make() throws {
      var new = try OutputFolder(path: folder.path("new/"))
      for name in ["readme", "one/a", "two/a", "one/b"] { try new.add(name, Array(name.utf8).span) }
      if isFinished { try new.finish() }
    }
    try make()
    guard isFinished else {
      #expect(try folder.names().isEmpty)
      return
    }
    #expect(try folder.names(in: "new") == ["one", "readme", "two"] && folder.names(in: "new/one") == ["a", "b"])
    #expect(try folder.bytes("new/two/a") == Array("two/a".utf8))
    #expect(try folder.mode("new/one") == 0o700 && folder.mode("new/one/b") == 0o600)
  }

  @Test("a folder that appears in the meantime stays as it is", arguments: [true, false])
  func race(isFolder: Bool) throws {
    let code = try failure(adding: "b") {
      if isFolder {
        try FileManager.default.createDirectory(atPath: folder.path("new"), withIntermediateDirectories: false)
      } else {
        try folder.write([9], to: "new")
      }
    }
    #expect(code == .outputExists)
    #expect(try folder.names() == ["new"])
    if isFolder { #expect(try folder.names(in: "new").isEmpty) }
  }

  @Test("a path that does not name a new folder is refused", arguments: ["", "/", ".", "..", "a/..", "a\u{0}b"])
  func noName(path: String) {
    #expect(!OutputFolder.isNamed(by: path))
    let error = #expect(throws: SystemError.self) { try OutputFolder.check(path: path) }
    #expect(error?.code == .outputUnwritable)
  }
}
