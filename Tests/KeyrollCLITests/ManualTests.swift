import Foundation
import Keyroll
import TestSupport
import Testing

/// The output of `scripts/man.py`, and what the command tells shells about its options.
@Suite("Manual", .tags(.process)) struct ManualTests {
  /// A command as `--experimental-dump-help` describes it, with the parts that are read here.
  private struct Command: Decodable {
    struct Name: Decodable { let name: String }
    struct Argument: Decodable {
      let kind: String
      let valueName: String?
      let names: [Name]?
      let completionKind: [String: CompletionValues]?
    }
    struct CompletionValues: Decodable {}
    struct Dump: Decodable { let command: Command }

    let commandName: String
    let discussion: String?
    let arguments: [Argument]?
    let subcommands: [Command]?

    /// This command and all below it, each with the name of its page.
    func pages(below parent: String? = nil) -> [(page: String, command: Command)] {
      let page = [parent, commandName].compactMap(\.self).joined(separator: "-")
      let children = (subcommands ?? []).filter { $0.commandName != "help" }
      return [(page, self)] + children.flatMap { $0.pages(below: page) }
    }
  }

  private static func pages() throws -> [(page: String, command: Command)] {
    let dump = try BuiltCommand.run("--experimental-dump-help").output
    return try JSONDecoder().decode(Command.Dump.self, from: Data(dump.utf8)).command.pages()
  }

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let script = checkout.appending(path: "scripts/man.py").path
    let outcome = try Judge.run("/usr/bin/python3", [script, BuiltCommand.path, folder.path(""), "1800000000"])
    try #require(outcome == Outcome(status: 0), "\(outcome)")
  }

  private func page(_ name: String, _ section: Int) throws -> String {
    try String(contentsOfFile: folder.path("man\(section)/\(name).\(section)"), encoding: .utf8)
  }

  @Test("every command has a page with all of its options")
  func commands() throws {
    let pages = try Self.pages()
    #expect(pages.count > 20)
    for (name, command) in pages {
      let text = try page(name, 1)
      #expect(text.hasPrefix(".Dd January 15, 2027\n.Dt \(name.uppercased()) 1\n"), "\(name)")
      for option in command.arguments ?? [] {
        for optionName in option.names ?? [] {
          #expect(text.contains("\(optionName.name)"), "\(name) \(optionName.name)")
        }
      }
    }
  }

  @Test("the page of error ids has each row of the one table, in order")
  func ids() throws {
    let text = try page("keyroll-errors", 7)
    let listed = text.split(separator: "\n").filter { $0.hasPrefix(".It Sy ") }.map { $0.dropFirst(7) }
    #expect(listed.elementsEqual(Meanings.all.map { $0.id[...] }))
    #expect(text.split(separator: "\n").filter { $0.hasPrefix(".Ss ") }.count == Meanings.sections.count)
  }

  @Test("the page of a command has every exit status that its help names")
  func exitStatuses() throws {
    var count = 0
    for (name, command) in try Self.pages() {
      let sections = try page(name, 1).components(separatedBy: "\n.Sh ")
      let listed = try #require(sections.first { $0.hasPrefix("EXIT STATUS\n") }, "\(name)")
      guard let help = command.discussion?.components(separatedBy: "Exit status ").dropFirst().first else { continue }
      for status in help.matches(of: /(?:^|; )(\d+):/) {
        count += 1
        #expect(listed.contains("\n.It \(status.1)\n"), "\(name) \(status.1)")
      }
    }
    #expect(count > 10)
  }

  @Test("no page refers to a missing page")
  func references() throws {
    let names = try ["man1", "man5", "man7"].flatMap {
      try FileManager.default.contentsOfDirectory(atPath: folder.path($0))
    }
    for name in names {
      let section = try #require(Int(name.suffix(1)))
      for line in try page(String(name.dropLast(2)), section).split(separator: "\n") {
        guard let reference = line.firstMatch(of: /(?:\.|It )Xr (\S+) (\d)/) else { continue }
        #expect(names.contains("\(reference.1).\(reference.2)"), "\(name): \(line)")
      }
    }
  }

  @Test("shells complete the value of an option to paths if it is a file or a folder")
  func completions() throws {
    var count = 0
    for (name, command) in try Self.pages() {
      for option in command.arguments ?? [] {
        guard option.kind != "flag", let value = option.valueName else { continue }
        let words = value.split(separator: " ")
        let isFile =
          words.contains("file") || value == "file.csv" || ["reference", "destination", "answer"].contains(value)
        guard isFile || value == "folder" else { continue }
        count += 1
        #expect(option.completionKind?.keys.first == (isFile ? "file" : "directory"), "\(name) \(value)")
      }
    }
    #expect(count > 40)
  }
}
