import Foundation
import TestSupport
import Testing

/// What happens to a result that the system refuses to write; `SystemTests` tests the files
/// themselves.
@Suite(.tags(.process)) struct OutputFileCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("the umask does not matter")
  func umask() throws {
    let outcome = try Shell.run("umask 777; \(signing) --output '\(folder.path("token"))'")
    #expect(outcome.status == 0)
    #expect(try folder.mode("token") == 0o600)
  }

  @Test("if the disk is full, nothing is left behind")
  func tooLarge() throws {
    let path = folder.path("token")
    // The limit applies only to the signing: its messages go through a pipe.
    let outcome = try Shell.run("(ulimit -f 0; \(signing) --output '\(path)' 2>&1; echo status $?) | cat")
    #expect(
      outcome.output == "keyroll: error: \(path) cannot be written: file too large [output-unwritable]\nstatus 2\n")
    #expect(try folder.names().isEmpty)
  }

  private var signing: String {
    "keyroll sign proof --key '\(SignCommandTests.key)' --object-id \(SignCommandTests.objectID) --at \(SignCommandTests.at)"
  }

  @Test("a path without a name is a wrong command line", arguments: ["", "directory/", "/"])
  func withoutName(path: String) throws {
    let outcome = try BuiltCommand.run(
      ["sign", "proof", "--key", SignCommandTests.key, "--object-id", SignCommandTests.objectID]
        + ["--at", SignCommandTests.at, "--output", path])
    #expect(outcome.status == 64)
    #expect(outcome.error.contains("--output takes the path of a file, not "), "\(outcome)")
    let request = try BuiltCommand.run(
      ["request", "add-key", "--new-certificate", RequestCommandTests.other] + RequestCommandTests.graph
        + RequestCommandTests.key + ["--output", path == "directory/" ? ".." : path])
    #expect(request.status == 64)
    #expect(request.error.contains("--output takes the path of a new folder, not "), "\(request)")
  }

  @Test(
    "a file that cannot have a mode is tolerated if it is ours, as on FAT, and refused if another user owns it",
    arguments: [[], ["--single-file"]])
  func foreignOwner(options: [String]) throws {
    // No file system here gives files to others, so a library answers the calls as such a file system
    // would.
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
            "keyroll: error: \(path) cannot be written: a new file here belongs to user \(user), who could "
            + "read it, but keyroll runs as user \(other) [output-unwritable]\n"))
    #expect(try folder.names() == ["calls.c", "calls.so", "ours"])
  }
}
