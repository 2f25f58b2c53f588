import Foundation
import TestSupport
import Testing

/// README.md or a page in `docs`, with the commands that it shows.
struct DocumentedPage: Sendable, CustomTestStringConvertible {
  /// A line that begins with a prompt, and the output that the page shows below it.
  struct Command: Sendable {
    let line: String
    var output: [String] = []
  }

  let path: String
  let text: String

  static let all: [DocumentedPage] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkout.appending(path: "docs").path)) ?? []
    return (["README.md"] + names.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }).map { path in
      DocumentedPage(
        path: path, text: (try? String(contentsOf: checkout.appending(path: path), encoding: .utf8)) ?? "")
    }
  }()

  var testDescription: String { path }

  /// The fenced blocks, in order, each with the language behind its fence.
  var blocks: [(language: String, lines: [String])] {
    var blocks: [(language: String, lines: [String])] = []
    var isInside = false
    for line in text.components(separatedBy: "\n") {
      if line.hasPrefix("```") {
        if !isInside { blocks.append((String(line.dropFirst(3)), [])) }
        isInside.toggle()
      } else if isInside {
        blocks[blocks.count - 1].lines.append(line)
      }
    }
    return blocks
  }

  /// The commands of all blocks of the language `console`.
  var commands: [Command] {
    var commands: [Command] = []
    for line in blocks.filter({ $0.language == "console" }).flatMap(\.lines) {
      if let prompt = line.firstRange(of: "$ "), line[..<prompt.lowerBound].allSatisfy({ $0.isLowercase || $0 == "-" })
      {
        commands.append(Command(line: String(line[prompt.upperBound...])))
      } else if !commands.isEmpty, !line.isEmpty || !commands[commands.count - 1].output.isEmpty {
        commands[commands.count - 1].output.append(line)
      }
    }
    for place in commands.indices { while commands[place].output.last == "" { commands[place].output.removeLast() } }
    return commands
  }
}

extension DocumentedPage.Command {
  /// Whether this was printed. A line `…` stands for any lines, and `…` in a line for any text. Times, remaining
  /// times and digests are compared only by their form.
  func shows(_ printed: String) -> Bool {
    if output.isEmpty { return true }
    var lines = Self.forms(of: printed).components(separatedBy: "\n").map(Self.trimmed)
    while lines.last == "" { lines.removeLast() }
    return Self.match(
      Self.forms(of: output.joined(separator: "\n")).components(separatedBy: "\n").map(Self.trimmed)[...], lines[...])
  }

  private static func trimmed(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }

  private static func forms(of text: String) -> String {
    text.replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z/, with: "TIME")
      .replacing(/[0-9]+ (d|h|min|s)( [0-9]+ (h|min|s))?( left|\))/, with: "LEFT")
      .replacing(/\b([0-9A-F]{64}|[0-9A-F]{40})\b/, with: "DIGEST")
  }

  private static func match(_ shown: ArraySlice<String>, _ printed: ArraySlice<String>) -> Bool {
    guard let first = shown.first else { return printed.isEmpty }
    if first == "…" {
      return (printed.startIndex...printed.endIndex).contains { match(shown.dropFirst(), printed[$0...]) }
    }
    guard let line = printed.first else { return false }
    return match(first, line) && match(shown.dropFirst(), printed.dropFirst())
  }

  private static func match(_ shown: String, _ printed: String) -> Bool {
    let parts = shown.components(separatedBy: "…")
    guard parts.count > 1 else { return shown == printed }
    guard printed.hasPrefix(parts[0]) else { return false }
    var rest = printed.dropFirst(parts[0].count)
    for part in parts.dropFirst() where !part.isEmpty {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return parts.last == "" || rest.isEmpty
  }
}
