import Foundation
import TestSupport
import Testing

/// What the command does if the system refuses a call that it relies on.
@Suite(.tags(.hsm, .process)) struct RefusedCallTests {
  private let folder: TemporaryFolder
  private let library: String

  init() throws {
    folder = try TemporaryFolder()
    library = try BuiltLibrary.refuse.copy(into: folder, as: "refuse.so")
  }

  private func environment(refusing function: String) -> [String: String] {
    ["LD_PRELOAD": library, "REFUSE": function]
  }

  private func signing() throws -> (program: String, arguments: [String]) {
    let program = try folder.program("#!/bin/sh\ntouch '\(folder.path("ran"))'\necho '{\"error\":\"ran\"}'\n")
    let key = "command:\(program);cert=\(Fixtures.path("certificates/leaf.pem"))"
    return (
      program, ["sign", "proof", "--key", key, "--object-id", SignCommandTests.objectID, "--at", SignCommandTests.at]
    )
  }

  @Test(
    "a program is not started if it would have our descriptors, our terminal or our signals",
    arguments: [
      ("posix_spawn_file_actions_init", "cannot allocate memory"),
      ("posix_spawn_file_actions_adddup2", "bad file descriptor"),
      ("posix_spawn_file_actions_addclosefrom_np", "function not implemented"),
      ("posix_spawnattr_init", "cannot allocate memory"), ("posix_spawnattr_setsigdefault", "invalid argument"),
      ("posix_spawnattr_setsigmask", "invalid argument"), ("posix_spawnattr_setflags", "invalid argument"),
    ])
  func spawning(function: String, reason: String) throws {
    let (program, arguments) = try signing()
    #expect(
      try BuiltCommand.run(arguments, environment: environment(refusing: function))
        == Outcome(
          status: 2, error: "keyroll: error: \(program) cannot be started: \(reason) [program-failed]\n"))
    #expect(try !folder.names().contains("ran"))
    // With the library in place and nothing refused, it runs.
    let control = try BuiltCommand.run(arguments, environment: environment(refusing: ""))
    #expect(
      control == Outcome(status: 2, error: "keyroll: error: \(program) does not sign: \"ran\" [program-refused]\n"))
  }

  @Test("a program that cannot be waited for is ended")
  func polling() throws {
    let (program, arguments) = try signing()
    #expect(
      try BuiltCommand.run(arguments, environment: environment(refusing: "poll"))
        == Outcome(
          status: 2,
          error:
            "keyroll: error: \(program) cannot be waited for, and was ended: cannot allocate memory [program-failed]\n")
    )
  }

  @Test("no program is started that ctrl-C could not end")
  func holdingSignals() throws {
    let (_, arguments) = try signing()
    #expect(
      try BuiltCommand.run(arguments, environment: environment(refusing: "signalfd"))
        == Outcome(
          status: 2,
          error:
            "keyroll: error: no program is started, because nothing could end it at ctrl-C: too many open files in system [program-failed]\n"
        ))
    #expect(try !folder.names().contains("ran"))
  }

  @Test("no module is called if nothing could end the call")
  func watching() throws {
    let module = try #require(ThrowawayToken.isAvailable(.softHSM) ? SharedToken.softHSM().module : nil)
    #expect(
      try BuiltCommand.run(
        "keys", "pkcs11:?module-path=\(module)", environment: environment(refusing: "pthread_create"))
        == Outcome(
          status: 2,
          error: """
            keyroll: error: no call to a module was made, because it could not be ended after 1 min: resource temporarily unavailable [device-unwatched]
            keyroll: hint: the system does not start another thread: see ulimit -u and ulimit -v

            """))
  }

  @Test("a closed standard stream that cannot be replaced is an error before anything is opened")
  func standardStreams() throws {
    let outcome = try Shell.run(
      "exec <&-; keyroll certificate '\(Fixtures.path("certificates/leaf.pem"))'",
      environment: environment(refusing: "open"))
    #expect(
      outcome
        == Outcome(
          status: 2,
          error:
            "keyroll: error: a standard stream is closed, and /dev/null cannot take its place: no such file or directory [process-unprotected]\n"
        ))
  }

  @Test("no password is asked for on a terminal that claims to hide what is typed, but does not")
  func terminal() throws {
    let session = try TerminalSession(
      BuiltCommand.path, ["certificate", Fixtures.path("pfx/openssl-default.p12")],
      environment: environment(refusing: "tcsetattr"))
    #expect(
      try session.finish()
        == Outcome(
          status: 2,
          output:
            "keyroll: error: the terminal cannot be made to hide what is typed: it goes on showing it [secret-unavailable]\n"
        ))
  }
}
