import Foundation
import TestSupport
import Testing

/// The surroundings of a program that signs, and what is left of it.
@Suite(.tags(.process)) struct SignerProcessTests {
  private static let certificate = Fixtures.path("certificates/leaf.pem")
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func arguments(_ program: String, _ options: [String] = []) -> [String] {
    [
      "sign", "proof", "--key", "command:\(program);cert=\(Self.certificate)", "--object-id",
      SignCommandTests.objectID, "--at", SignCommandTests.at,
    ] + options
  }

  private func sign(
    script: String, _ options: [String] = [], descriptors: [Int32: [UInt8]] = [:], environment: [String: String] = [:]
  ) throws -> (program: String, outcome: Outcome) {
    let program = try folder.program(script)
    let outcome = try BuiltCommand.run(
      arguments(program, options), descriptors: descriptors, environment: environment)
    return (program, outcome)
  }

  @Test("a program sees the fixed environment, the named variables and nothing else of the process")
  func surroundings() throws {
    let seen = folder.path("seen")
    let script = """
      #!/usr/bin/python3 -I
      import os, resource
      def words(name):
          return [word.decode() for word in open(name, "rb").read().split(b"\\0") if word]
      def opens(path):
          try:
              return os.open(path, os.O_RDWR) >= 0
          except OSError:
              return False
      with open("\(seen)", "w") as file:
          print("environment", sorted(words("/proc/self/environ")), file=file)
          print("arguments", words("/proc/self/cmdline")[2:], file=file)
          print("descriptors", [n for n in range(256) if os.path.exists(f"/proc/self/fd/{n}") and n != file.fileno()], file=file)
          print("session", os.getsid(0) == os.getpid(), "terminal", opens("/dev/tty"), file=file)
          print("core", resource.getrlimit(resource.RLIMIT_CORE), file=file)
      print('{"error":"seen"}')
      """
    let (program, outcome) = try sign(
      script: script, ["--signer-env", "TOKEN_FILE", "--signer-env", "LANG"], descriptors: [5: [], 40: [], 200: []],
      environment: ["TOKEN_FILE": "/a b=c", "LANG": "el_GR.UTF-8", "PATH": "/evil", "LD_PRELOAD": "", "SECRET": "s"])
    #expect(outcome.error.hasSuffix("does not sign: \"seen\" [program-refused]\n"), "\(outcome)")
    let text = try #require(String(validating: folder.bytes("seen"), as: UTF8.self))
    #expect(
      text == """
        environment ['LANG=el_GR.UTF-8', 'PATH=/usr/bin:/bin', 'TOKEN_FILE=/a b=c']
        arguments ['\(program)']
        descriptors [0, 1, 2]
        session True terminal False
        core (0, 0)

        """)
  }

  @Test("a program starts with no signal ignored or held back, whatever keyroll was started with")
  func signals() throws {
    let seen = folder.path("seen")
    let program = try folder.program(
      "#!/bin/sh\ngrep -E '^Sig(Blk|Ign)' /proc/self/status >'\(seen)'\necho '{\"error\":\"seen\"}'\n")
    let command = arguments(program).map { "'\($0)'" }.joined(separator: " ")
    let outcome = try Shell.run("trap '' INT TERM HUP CHLD USR1; keyroll \(command)")
    #expect(outcome.error.hasSuffix("does not sign: \"seen\" [program-refused]\n"), "\(outcome)")
    let lines = try #require(String(validating: folder.bytes("seen"), as: UTF8.self)).split(separator: "\n")
    let sets = lines.map { UInt64($0.suffix(16), radix: 16).map { $0 & Self.ordinarySignals } }
    #expect(sets == [0, 0], "\(lines)")
  }

  /// Without 32 and 33: glibc reserves them, and ignores them in every program that posix_spawn starts.
  private static let ordinarySignals: UInt64 = ~(3 << 31)

  @Test("a program has all its standard streams even if those of keyroll are closed")
  func closedStreams() throws {
    let program = try folder.program("#!/bin/sh\ngrep -q '\"RS256\"' && echo '{\"error\":\"read\"}'\n")
    let command = arguments(program).map { "'\($0)'" }.joined(separator: " ")
    let outcome = try Shell.run("exec 3>&2; { keyroll \(command) 2>&1 >&3 | cat >&2; } <&- >&-")
    #expect(outcome.error.hasSuffix("does not sign: \"read\" [program-refused]\n"), "\(outcome)")
  }

  @Test("the standard error of a program is passed on, escaped and within limits")
  func standardError() throws {
    let (program, outcome) = try sign(
      script: "#!/bin/sh\nprintf 'touch the key\\nthen \\033[2Jwait' >&2\necho '{\"error\":\"enough\"}'\n")
    #expect(
      outcome.error == """
        keyroll: note: the signer says: "touch the key"
        keyroll: note: the signer says: "then \\u001b[2Jwait"
        keyroll: error: \(program) does not sign: "enough" [program-refused]

        """)
    let (_, flood) = try sign(script: "#!/bin/sh\nyes | head -c 3000000 >&2\necho '{\"error\":\"enough\"}'\n")
    #expect(flood.error.contains("says: \"the rest of what it says is left out\"\n"))
    #expect(flood.error.hasSuffix("does not sign: \"enough\" [program-refused]\n"))
    #expect(flood.error.utf8.count < 1_000_000)
  }

  @Test(
    "a program that takes too long is ended with everything that it started, even if it resists",
    arguments: ["", "trap '' TERM\n", "yes >&2 &\n", "exec >&- 2>&-\n"])
  func timeout(first: String) throws {
    let (program, outcome) = try sign(
      script: """
        #!/bin/sh
        echo $$ >'\(folder.path("leader"))'
        \(first)sleep 600 &
        echo $! >'\(folder.path("child"))'
        wait
        sleep 600
        """, ["--signer-timeout", "1s"])
    #expect(outcome.status == 2)
    #expect(
      outcome.error.contains("keyroll: error: \(program) has not ended after 1 s, and was ended [program-timeout]\n"))
    for name in ["leader", "child"] { try ChildProcess.waitForEnd(ofAny: try folder.processIdentifier(name)) }
  }

  @Test("processes that a program leaves behind do not delay keyroll by holding its streams, and are ended")
  func leftBehind() throws {
    let (_, outcome) = try sign(
      script: "#!/bin/sh\nsleep 600 &\necho $! >'\(folder.path("child"))'\necho '{\"error\":\"done\"}'\n")
    #expect(outcome.error.hasSuffix("does not sign: \"done\" [program-refused]\n"), "\(outcome)")
    try ChildProcess.waitForEnd(ofAny: try folder.processIdentifier("child"))
  }

  @Test("a process that left the session does not delay keyroll either")
  func independent() throws {
    let (_, outcome) = try sign(
      script: """
        #!/bin/sh
        setsid sh -c 'echo $$ >"$1"; exec sleep 600' sh '\(folder.path("child"))' &
        while ! [ -s '\(folder.path("child"))' ]; do sleep 0.01; done
        echo '{"error":"done"}'
        """)
    #expect(outcome.error.hasSuffix("does not sign: \"done\" [program-refused]\n"), "\(outcome)")
    kill(try folder.processIdentifier("child"), SIGKILL)
  }

  @Test("ctrl-C ends keyroll and the program, and nothing is written", arguments: ["", "trap '' INT TERM HUP\n"])
  func interruption(first: String) throws {
    let program = try folder.program(
      "#!/bin/sh\n\(first)echo $$ >'\(folder.path("leader"))'\necho started >&2\nsleep 600\n")
    let session = try TerminalSession(
      BuiltCommand.path, arguments(program, ["--output", folder.path("proof.jwt")]))
    try session.wait(for: "says: \"started\"")
    try session.type("\u{3}")
    let outcome = try session.finish()
    #expect(outcome.status == 128 + SIGINT, "\(outcome)")
    try ChildProcess.waitForEnd(ofAny: try folder.processIdentifier("leader"))
    #expect(try !folder.names().contains("proof.jwt"))
  }
}
