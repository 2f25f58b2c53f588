import Foundation
import TestSupport
import Testing

/// What others can see of a process that waits at the question for a password.
@Suite(.tags(.process)) struct ProcessProtectionTests {
  private static let question = "password for file:\(Fixtures.path("pfx/openssl-default.p12")): "

  private static func waitingProcess(environment: [String: String] = [:]) throws -> TerminalSession {
    let session = try TerminalSession(
      BuiltCommand.path, ["certificate", Fixtures.path("pfx/openssl-default.p12")], environment: environment)
    try session.wait(for: question)
    return session
  }

  @Test(
    "a crash prints nothing of the memory, even when the environment asks for a backtrace",
    arguments: [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT])
  func crash(signal: Int32) throws {
    let session = try Self.waitingProcess(environment: ["SWIFT_BACKTRACE": "enable=yes"])
    kill(session.processIdentifier, signal)
    // Of these only SIGABRT may come from outside, so the prompt restores the terminal and ends its line first.
    let end = signal == SIGABRT ? "\n" : ""
    #expect(try session.finish() == Outcome(status: 128 + signal, output: Self.question + end))
  }

  @Test("no core file is ever written")
  func coreLimit() throws {
    let session = try Self.waitingProcess()
    let limits = try String(contentsOfFile: "/proc/\(session.processIdentifier)/limits", encoding: .utf8)
    let fields = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }?.split(separator: " ")
    #expect(fields == ["Max", "core", "file", "size", "0", "0", "bytes"])
    kill(session.processIdentifier, SIGKILL)
    #expect(try session.wait() == 128 + SIGKILL)
  }

  @Test("other processes of the same user cannot look into it")
  func undumpable() throws {
    // Root could do it with a capability, which all three give up.
    let user = getuid() == 0 ? "setpriv --bounding-set -sys_ptrace" : ""
    let session = try Shell.session("exec \(user) keyroll certificate '\(Fixtures.path("pfx/openssl-default.p12"))'")
    try session.wait(for: Self.question)
    let control = try Shell.session("exec \(user) sh -c 'echo ready; read line'")
    try control.wait(for: "ready")
    #expect(try Shell.run("\(user) readlink /proc/\(control.processIdentifier)/exe").status == 0)
    #expect(try Shell.run("\(user) readlink /proc/\(session.processIdentifier)/exe") == Outcome(status: 1))
    for process in [control, session] {
      kill(process.processIdentifier, SIGKILL)
      #expect(try process.wait() == 128 + SIGKILL)
    }
  }

  @Test("the environment cannot load code through a configuration of OpenSSL")
  func configuration() throws {
    let folder = try TemporaryFolder()
    // A process that reads a pipe without a writer waits for ever.
    #expect(unsafe mkfifo(folder.path("openssl.cnf"), 0o600) == 0)
    let command = "timeout 60 keyroll certificate '\(Fixtures.path("certificates/leaf.pem"))' > /dev/null"
    #expect(try Shell.run(command, environment: ["OPENSSL_CONF": folder.path("openssl.cnf")]) == Outcome(status: 0))
  }
}
