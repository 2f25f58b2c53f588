import Foundation
import TestSupport
import Testing

/// Programs that sign: who else can change them, the folders that they are in, and the programs that
/// run them.
@Suite(.tags(.process)) struct TrustedCodeTests {
  private static let certificate = Fixtures.path("certificates/leaf.pem")
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static func arguments(_ program: String, _ options: [String] = []) -> [String] {
    ["sign", "proof", "--key", "command:\(program);cert=\(certificate)", "--object-id", SignCommandTests.objectID]
      + ["--at", SignCommandTests.at] + options
  }

  private func sign(_ program: String, _ options: [String] = [], environment: [String: String] = [:]) throws -> Outcome
  {
    try BuiltCommand.run(Self.arguments(program, options), environment: environment)
  }

  private static func ran(_ program: String) -> Outcome {
    Outcome(status: 2, error: "keyroll: error: \(program) does not sign: \"ran\" [program-refused]\n")
  }

  private static func refused(_ program: String, _ reason: String, remedy: String) -> Outcome {
    Outcome(
      status: 2,
      error:
        "keyroll: error: the program \(program) is not run: \(reason) [program-unavailable]\nkeyroll: hint: \(remedy)\n"
    )
  }

  private static func chmod(_ bits: String, _ place: String) -> String {
    "chmod \(bits) \(place), or put the code where only you or root can write"
  }

  /// A program that says so when it runs.
  private func program(_ name: String = "signer", by interpreter: String = "/bin/sh") throws -> String {
    try folder.program("#!\(interpreter)\necho '{\"error\":\"ran\"}'\n", named: name)
  }

  private func shell(_ line: String) throws {
    let outcome = try Judge.run("/bin/sh", ["-ec", line])
    try #require(outcome.status == 0, "\(line): \(outcome)")
  }

  // MARK: Modes, owners, links

  @Test("a program or folder that everybody can write to is refused, and the chmod that is named lets it run")
  func everybody() throws {
    let path = try program()
    for place in [path, folder.path("")] {
      let place = place.hasSuffix("/") ? String(place.dropLast()) : place
      try shell("chmod o+w '\(place)'")
      #expect(
        try sign(path)
          == Self.refused(path, "users other than you and root can change \(place)", remedy: Self.chmod("go-w", place)))
      try shell("chmod go-w '\(place)'")
      #expect(try sign(path) == Self.ran(path))
    }
  }

  @Test("in a folder with the sticky bit, users cannot replace the files of others")
  func sticky() throws {
    let path = try program()
    try shell("chmod 1777 '\(folder.path(""))'")
    #expect(try sign(path) == Self.ran(path))
  }

  @Test("a program, a folder or a link of another user is refused", .enabled(if: getuid() == 0, "not root"))
  func owners() throws {
    let path = try program()
    try shell("mkdir '\(folder.path("folder"))'; mv '\(path)' '\(folder.path("folder"))'")
    try folder.link("link", to: folder.path("folder/signer"))
    try shell("chmod 1777 '\(folder.path(""))'")
    let link = folder.path("link")
    #expect(try sign(link) == Self.ran(link))
    for place in ["folder/signer", "folder", "link"].map(folder.path) {
      try shell("chown -h 65534 '\(place)'")
      #expect(
        try sign(link)
          == Self.refused(
            link, "\(place) belongs to the user nobody, who is neither you nor root",
            remedy: "put the code where only you or root can write"))
      try shell("chown -h 0 '\(place)'")
    }
    #expect(try sign(link) == Self.ran(link))
  }

  @Test("a link in a folder that others can write to is refused, wherever it is on the way")
  func links() throws {
    let path = try program()
    try shell("mkdir '\(folder.path("open"))' '\(folder.path("closed"))'")
    let open = folder.path("open")
    try folder.link("open/signer", to: path)
    try folder.link("open/way", to: "..")
    try folder.link("closed/second", to: "../open/signer")
    try folder.link("closed/third", to: open + "/way/signer")
    let links = ["open/signer", "closed/second", "closed/third", "open/way/signer"].map(folder.path)
    for link in links { #expect(try sign(link) == Self.ran(link)) }
    try shell("chmod 777 '\(open)'")
    for link in links {
      #expect(
        try sign(link)
          == Self.refused(link, "users other than you and root can change \(open)", remedy: Self.chmod("go-w", open)))
    }
    #expect(try sign(path) == Self.ran(path))
  }

  @Test("a path is followed as the kernel follows it")
  func paths() throws {
    let path = try program()
    try folder.link("loop", to: "loop")
    for good in ["\(folder.path(""))/./signer", "\(folder.path("x"))/../signer", "//\(path)"] {
      if good.contains("/x/") { try shell("mkdir '\(folder.path("x"))'") }
      #expect(try sign(good) == Self.ran(good))
    }
    for (bad, reason) in [
      (folder.path("absent"), "no such file or directory"), ("\(path)/", "not a directory"),
      ("\(path)/../signer", "not a directory"), (folder.path("loop"), "too many levels of symbolic links"),
      (folder.path(String(repeating: "n", count: 256)), "file name too long"),
    ] {
      let outcome = try sign(bad)
      #expect(
        outcome.status == 2 && outcome.error.hasPrefix("keyroll: error: the program ")
          && outcome.error.hasSuffix(" cannot be run: \(reason) [program-unavailable]\n"), "\(bad): \(outcome)")
    }
    let relative = try Shell.run(
      "cd '\(folder.path(""))'; keyroll \(Self.arguments("./signer").map { "'\($0)'" }.joined(separator: " "))")
    #expect(relative == Self.ran("./signer"))
  }

  // MARK: Interpreters

  @Test("the interpreter of a script is judged like the script, however many scripts run one another")
  func interpreters() throws {
    try shell("cp /bin/sh '\(folder.path("sh"))'")
    let shellCopy = folder.path("sh")
    let first = try program("first", by: shellCopy)
    let second = try folder.program("#! \t\(first) -x\n", named: "second")
    let byEnv = try program("by-env", by: "/usr/bin/env \(shellCopy)")
    let scripts = [first, second, byEnv]
    for script in scripts { #expect(try sign(script) == Self.ran(script)) }
    try shell("chmod 777 '\(shellCopy)'")
    for script in scripts {
      #expect(
        try sign(script)
          == Self.refused(
            script, "users other than you and root can change \(shellCopy)", remedy: Self.chmod("go-w", shellCopy)))
    }
  }

  @Test("the name after env is looked up where the program will look, folder by folder")
  func env() throws {
    try shell("mkdir '\(folder.path("first"))' '\(folder.path("second"))'; cp /bin/sh '\(folder.path("second/mysh"))'")
    let (first, second) = (folder.path("first"), folder.path("second"))
    for line in ["/usr/bin/env mysh", "/usr/bin/env -S mysh -e", "/usr/bin/env -S A=b mysh"] {
      let script = try program(by: line)
      func sign(_ path: String) throws -> Outcome {
        try self.sign(script, ["--signer-env", "PATH"], environment: ["PATH": path])
      }
      let path = "\(first):\(first)/absent:\(second):/usr/bin"
      #expect(try sign(path) == Self.ran(script))
      // Somebody else could put another mysh into the first folder, even if nothing can be replaced
      // there.
      for mode in ["777", "1777"] {
        try shell("chmod \(mode) '\(first)'")
        let refused = Self.refused(
          script, "users other than you and root can change \(first)", remedy: Self.chmod("go-w", first))
        #expect(try sign(path) == refused)
        #expect(try sign("\(second):\(first)") == Self.ran(script))
      }
      try shell("chmod 755 '\(first)'")
    }
    let usual = try program("usual", by: "/usr/bin/env sh")
    #expect(try sign(usual) == Self.ran(usual))
  }

  @Test(
    "a first line that cannot be followed is refused",
    arguments: [
      "/usr/bin/env -i sh", "/usr/bin/env -S -u PATH sh", "/usr/bin/env -S PATH=/tmp sh", "/usr/bin/env -S 'sh' -e",
      "/usr/bin/env -S ${SHELL}", "/usr/bin/env --split-string=sh",
    ])
  func unclear(line: String) throws {
    let script = try program(by: line)
    #expect(
      try sign(script)
        == Self.refused(
          script,
          "it is unknown what runs the script \(script), because its first line gives env an option that is not followed here",
          remedy: "let its first line name the interpreter by its path"))
  }

  @Test("a missing interpreter is refused only if someone else could put it there")
  func absentInterpreter() throws {
    let interpreter = folder.path("later/sh")
    let script = try program(by: interpreter)
    let absent = Outcome(
      status: 2, error: "keyroll: error: \(script) cannot be started: no such file or directory [program-failed]\n")
    #expect(try sign(script) == absent)
    let place = String(folder.path("").dropLast(folder.path("").hasSuffix("/") ? 1 : 0))
    try shell("chmod 1777 '\(place)'")
    #expect(
      try sign(script)
        == Self.refused(script, "users other than you and root can change \(place)", remedy: Self.chmod("go-w", place)))
  }

  @Test("a script that cannot be read is not run", .enabled(if: getuid() == 0, "not root"))
  func unreadable() throws {
    let script = try program()
    try shell("chmod 711 '\(script)'")
    let line =
      "setpriv --reuid 65534 --regid 65534 --clear-groups keyroll"
      + Self.arguments(script).map { " '\($0)'" }.joined()
    #expect(
      try Shell.run(line)
        == Self.refused(
          script,
          "it is unknown what runs the script \(script), because it cannot be read: permission denied",
          remedy: "let yourself read it: chmod a+r \(script)"))
  }
}
