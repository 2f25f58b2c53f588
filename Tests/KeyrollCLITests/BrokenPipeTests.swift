import Foundation
import TestSupport
import Testing

/// It is no mistake if the reader has gone: the command ends as other commands do, without a
/// message.
@Suite(.tags(.process)) struct BrokenPipeTests {
  private func run(_ arguments: [String]) throws -> Outcome {
    var ends: [Int32] = [-1, -1]
    try #require(unsafe pipe(&ends) == 0)
    close(ends[0])
    let error = try NamelessFile()
    var child = ChildProcess(path: BuiltCommand.path, arguments: arguments)
    child.descriptors = [
      STDIN_FILENO: try NamelessFile(), STDOUT_FILENO: NamelessFile(takingOwnershipOf: ends[1]), STDERR_FILENO: error,
    ]
    return Outcome(status: try ChildProcess.wait(for: try child.start()), error: try error.text())
  }

  @Test(
    "a reader that closes the pipe ends the command by SIGPIPE, without an error",
    arguments: [
      ["profiles"], ["profiles", "github-app"], ["--help"], ["--version"], ["help", "sign"],
      ["inspect", Fixtures.path("tokens/proof.jwt")],
      ["inspect", "--format", "json", Fixtures.path("tokens/proof.jwt")],
      ["certificate", SignCommandTests.certificate], ["explain", "AADSTS700027"],
    ])
  func gone(arguments: [String]) throws {
    #expect(try run(arguments) == Outcome(status: 128 + SIGPIPE))
  }

  @Test("messages and files that were written before the pipe broke are kept")
  func signing() throws {
    let proof = ["sign", "proof", "--key", SignCommandTests.key, "--object-id", SignCommandTests.objectID]
    #expect(try run(proof + ["--at", SignCommandTests.at]) == Outcome(status: 128 + SIGPIPE))
    let folder = try TemporaryFolder()
    let drawn = try run(proof + ["--at", SignCommandTests.at, "--qr", "--output", folder.path("proof")])
    #expect(drawn == Outcome(status: 128 + SIGPIPE))
    #expect(try folder.names() == ["proof"])
  }

  @Test("a result that goes into a file needs no reader")
  func file() throws {
    let folder = try TemporaryFolder()
    let outcome = try run(
      ["sign", "proof", "--key", SignCommandTests.key, "--object-id", SignCommandTests.objectID]
        + ["--at", SignCommandTests.at, "--output", folder.path("proof")])
    #expect(outcome.status == 0, "\(outcome)")
  }

  @Test("a closed standard output or a full disk is an error, because the result is lost")
  func closed() throws {
    let closed = try Shell.run("keyroll profiles >&-")
    #expect(
      closed
        == Outcome(
          status: 2,
          error: "keyroll: error: standard output cannot be written: bad file descriptor [output-unwritable]\n"))
    let full = try BuiltCommand.run(["profiles"], output: "/dev/full")
    #expect(full.status == 2 && full.error.contains("[output-unwritable]\n"), "\(full)")
  }
}
