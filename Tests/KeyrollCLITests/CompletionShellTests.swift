import Foundation
import TestSupport
import Testing

/// Command lines that are typed into real shells, completed, and then printed word by word by the shell.
@Suite(.tags(.process, .slow)) struct CompletionShellTests {
  /// A shell that reads none of the user's own files.
  struct CompletingShell: CustomTestStringConvertible, Sendable {
    let name: String
    let options: [String]
    /// The lines that install the completion.
    let preparation: String

    var testDescription: String { name }
    var path: String { "/usr/bin/\(name)" }
    var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }
  }

  static let shells = [
    CompletingShell(
      name: "bash", options: ["--norc", "--noprofile", "-i"],
      preparation: "source <(keyroll --generate-completion-script bash); PS1='ready''> '"),
    CompletingShell(
      name: "zsh", options: ["-f", "-i"],
      preparation:
        "autoload -U compinit; compinit -u -D; source <(keyroll --generate-completion-script zsh); PS1='ready''> '"),
    CompletingShell(
      name: "fish", options: ["--no-config", "-i"],
      preparation:
        "keyroll --generate-completion-script fish | source; function fish_prompt; echo -n 'ready''> '; end"),
  ]

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["unique-old.pfx", "unique key.pem", "proof.jwt", "café.cer"] { try folder.write([], to: name) }
    for name in ["requests", "requests/add-key"] {
      try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
    }
    try folder.write([], to: "requests/request.json")
  }

  @Test(
    "a started word is completed to the intended one",
    arguments: shells,
    [
      ("keyroll verify --profile git", "<keyroll><verify><--profile><github-app>"),
      ("keyroll ver", "<keyroll><verify>"),
      ("keyroll sign ass", "<keyroll><sign><assertion>"),
      ("keyroll verify --cert", "<keyroll><verify><--certificate>"),
      ("keyroll sign assertion --cloud ch", "<keyroll><sign><assertion><--cloud><china>"),
      ("keyroll sign proof --algorithm PS3", "<keyroll><sign><proof><--algorithm><PS384>"),
      ("keyroll inspect pro", "<keyroll><inspect><proof.jwt>"),
      ("keyroll certificate caf", "<keyroll><certificate><café.cer>"),
      ("keyroll inspect requests/req", "<keyroll><inspect><requests/request.json>"),
      ("keyroll request add-key --output requests/a", "<keyroll><request><add-key><--output><requests/add-key"),
      ("keyroll sign proof --key pfx:unique-", "<keyroll><sign><proof><--key><pfx:unique-old.pfx>"),
      ("keyroll sign proof --key pem:requests/req", "<keyroll><sign><proof><--key><pem:requests/request.json>"),
      ("keyroll sign proof --key unique-o", "<keyroll><sign><proof><--key><unique-old.pfx>"),
      ("keyroll create key pk", "<keyroll><create><key><pkcs11:>"),
      ("keyroll verify --certificate=caf", "<keyroll><verify><--certificate=café.cer>"),
    ])
  func completed(shell: CompletingShell, line: (typed: String, words: String)) throws {
    try Self.require(shell)
    let words = try words(of: "\(line.typed)\t", in: shell)
    #expect(words.hasPrefix(line.words), "\(words)")
  }

  @Test("a space in the name of a file is kept", arguments: shells)
  func space(shell: CompletingShell) throws {
    try Self.require(shell)
    let found = try words(of: "keyroll sign proof --key pem:unique\\ \t", in: shell)
    #expect(found.hasPrefix("<keyroll><sign><proof><--key><pem:unique key.pem>"), "\(found)")
  }

  private static func require(_ shell: CompletingShell) throws {
    try #require(shell.isThere, "\(shell.path) is not there: scripts/test.sh installs it")
  }

  /// The words of a line once it is completed, each in angle brackets.
  private func words(of keys: String, in shell: CompletingShell) throws -> String {
    let bin = URL(fileURLWithPath: BuiltCommand.path).deletingLastPathComponent().path
    let session = try TerminalSession(
      shell.path, shell.options,
      environment: [
        "PATH": "\(bin):/usr/bin:/bin", "HOME": folder.path(""), "TERM": "dumb", "LC_ALL": "C.UTF-8",
      ])
    try session.type("cd '\(folder.path(""))'; \(shell.preparation)\n")
    try session.wait(for: "ready> ")
    // Goes to the beginning of the line, and types the command that prints it.
    try session.type("\(keys)\u{1}printf '<%s>' begin \n")
    try session.wait(for: "<begin>")
    try session.wait(for: "ready> ")
    let printed = session.text.components(separatedBy: "<begin>").last ?? ""
    try session.type("exit\n")
    _ = try session.finish()
    return printed
  }
}
