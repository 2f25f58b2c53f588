import Foundation
import KeyrollCLI
import Messages
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

  /// What stood against adding a file to a new folder, or against finishing it.
  private func failure(adding name: String, meanwhile: () throws -> Void = {}) throws -> CommandError.Code? {
    var new = try OutputFolder(path: folder.path("new"))
    try new.add("a", [1].span)
    try meanwhile()
    do throws(CommandError) {
      try new.add(name, [1].span)
      try new.finish()
      return nil
    } catch {
      return error.code
    }
  }

  @Test("a folder that is not finished leaves nothing behind")
  func unfinished() throws {
    #expect(try failure(adding: "missing/b") == .outputUnwritable)
    #expect(try folder.names().isEmpty)
  }

  @Test("what appears between the beginning and the end stays as it is", arguments: [true, false])
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

  @Test("a path that names no new folder is refused", arguments: ["", "/", ".", "..", "a/..", "a\u{0}b"])
  func noName(path: String) {
    let error = #expect(throws: CommandError.self) { try OutputFolder.check(path: path) }
    #expect(error?.code == .usage)
  }

  @Test(
    "what cannot be given a mode is tolerated where it is ours, as on FAT, and refused where it is somebody else's",
    arguments: [[], ["--single-file"]])
  func foreignOwner(options: [String]) throws {
    // No file system here gives files to others: the calls are answered as one would.
    try folder.write(
      Array(
        """
        #include <errno.h>
        #include <stdlib.h>
        #include <sys/types.h>
        #include <unistd.h>
        int fchmod(int file, mode_t mode) { (void)file; (void)mode; errno = EPERM; return -1; }
        uid_t geteuid(void) { return getuid() + (getenv("FOREIGN") ? 1 : 0); }
        """.utf8), to: "calls.c")
    let (source, library) = (folder.path("calls.c"), folder.path("calls.so"))
    try #require(try Judge.run("/usr/bin/env", ["cc", "-shared", "-fPIC", "-o", library, source]).status == 0)
    let making =
      ["request", "add-key", "--new-certificate", RequestCommandTests.other] + RequestCommandTests.graph
      + RequestCommandTests.key + options
    let ours = try BuiltCommand.run(
      making + ["--output", folder.path("ours")], environment: ["LD_PRELOAD": library])
    #expect(ours.status == 0, "\(ours)")
    let path = folder.path("foreign")
    let foreign = try BuiltCommand.run(
      making + ["--output", path], environment: ["LD_PRELOAD": library, "FOREIGN": "1"])
    let (user, other) = (getuid(), getuid() + 1)
    #expect(
      foreign
        == Outcome(
          status: 2,
          error:
            "keyroll: error: \(path) cannot be written: it belongs to user \(user) as soon as it is made, who could "
            + "read it, and keyroll runs as user \(other) [output-unwritable]\n"))
    #expect(try folder.names() == ["calls.c", "calls.so", "ours"])
  }
}
