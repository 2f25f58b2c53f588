import Foundation
import TestSupport
import Testing

/// Modules that p11-kit runs in a process of their own, here or behind a socket.
@Suite(
  "remote:", .tags(.hsm, .process),
  .enabled(if: ThrowawayToken.isAvailable(.softHSM), Comment(rawValue: ThrowawayToken.absence(of: .softHSM)))
)
struct RemoteModuleTests {
  private let tokens: ThrowawayToken

  init() throws { tokens = try SharedToken.softHSM() }

  private func proof(_ modules: ConfiguredModules) throws -> Outcome {
    try modules.run([
      "sign", "proof", "--key", "pkcs11:token=keyroll;object=rsa-2048", "--object-id", SignCommandTests.objectID,
      "--at", SignCommandTests.at, "--pin-file", tokens.pinFile,
    ])
  }

  @Test("a module in a process of its own signs like one inside")
  func signs() throws {
    let inside = try proof(try ConfiguredModules(["hsm": "module: \(tokens.module)"], tokens: tokens))
    let outside = try proof(try ConfiguredModules(["hsm": "remote: |p11-kit remote \(tokens.module)"], tokens: tokens))
    #expect(inside.status == 0, "\(inside)")
    #expect(outside == inside)
  }

  @Test("a module that crashes ends the run, and with remote: only its own process")
  func crash() throws {
    let fault = try FaultModule(over: tokens.module, plan: ["crash C_Sign 1"])
    let inside = try proof(try ConfiguredModules(["hsm": "module: \(fault.path)"], tokens: tokens))
    #expect(inside.status > 128 && inside.output.isEmpty, "\(inside)")
    let outside = try proof(try ConfiguredModules(["hsm": "remote: |p11-kit remote \(fault.path)"], tokens: tokens))
    #expect(outside.status == 2 && outside.output.isEmpty, "\(outside)")
    #expect(outside.error.contains("keyroll: error: C_Sign: CKR_DEVICE_ERROR, "), "\(outside)")
    #expect(outside.error.contains("[device-failed]\n"))
  }

  @Test("processes of p11-kit end with a run that ends because of a hanging call")
  func hang() throws {
    let fault = try FaultModule(over: tokens.module, plan: ["hang C_Sign 1"])
    let modules = try ConfiguredModules(["hsm": "remote: |p11-kit remote \(fault.path)"], tokens: tokens)
    let outcome = try modules.run([
      "sign", "proof", "--key", "pkcs11:token=keyroll;object=rsa-2048", "--object-id", SignCommandTests.objectID,
      "--at", SignCommandTests.at, "--pin-file", tokens.pinFile, "--device-timeout", "1s",
    ])
    #expect(outcome.status == 2 && outcome.error.contains("[device-timeout]"), "\(outcome)")
    let left = try Judge.run("/usr/bin/pgrep", ["--full", "p11-kit-remote.*\(fault.path)|remote \(fault.path)"])
    #expect(left.output.isEmpty, "\(left)")
  }

  @Test("processes of p11-kit end with a run that a signal ends while a call hangs")
  func signal() throws {
    let fault = try FaultModule(over: tokens.module, plan: ["hang C_Sign 1"])
    let modules = try ConfiguredModules(["hsm": "remote: |p11-kit remote \(fault.path)"], tokens: tokens)
    let command = modules.command([
      "sign", "proof", "--key", "pkcs11:token=keyroll;object=rsa-2048", "--object-id", SignCommandTests.objectID,
      "--at", SignCommandTests.at, "--pin-file", tokens.pinFile,
    ])
    let words = command.map { "'\($0)'" }.joined(separator: " ")
    // Once it says that it waits, nothing else will happen; and only the process itself gets the signal.
    let outcome = try Shell.run(
      """
      \(words) 2>'\(modules.path("error"))' & process=$!
      until grep -q 'waiting for C_Sign' '\(modules.path("error"))'; do kill -0 $process || exit 9; sleep 0.1; done
      sleep 0.2; kill -TERM $process; wait $process
      """)
    #expect(outcome.status == 128 + SIGTERM && outcome.output.isEmpty, "\(outcome)")
    let left = try Judge.run("/usr/bin/pgrep", ["--full", "p11-kit-remote.*\(fault.path)|remote \(fault.path)"])
    #expect(left.output.isEmpty, "\(left)")
  }

  @Test("a key behind the socket of a p11-kit server signs")
  func socket() throws {
    let place = try TemporaryFolder()
    let socket = place.path("hsm")
    var server = ChildProcess(
      path: "/usr/bin/p11-kit",
      arguments: ["server", "--foreground", "--provider", tokens.module, "--name", socket, "pkcs11:token=keyroll"],
      environment: ["PATH": "/usr/bin:/bin", "SOFTHSM2_CONF": tokens.path("softhsm2.conf")])
    let output = try NamelessFile()
    server.descriptors = [STDIN_FILENO: try NamelessFile(), STDOUT_FILENO: output, STDERR_FILENO: output]
    let identifier = try server.start()
    defer {
      kill(identifier, SIGTERM)
      _ = try? ChildProcess.wait(for: identifier)
    }
    // The socket exists once the server listens; a server that never does ends by itself.
    while !FileManager.default.fileExists(atPath: socket), kill(identifier, 0) == 0 { usleep(10_000) }
    let outcome = try proof(try ConfiguredModules(["hsm": "remote: unix:path=\(socket)"], tokens: tokens))
    let said = try output.text()
    #expect(outcome.status == 0, "\(outcome) \(said)")
  }
}
