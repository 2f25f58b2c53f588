import ArgumentParser
import Keyroll

/// The words that can come at the end of a command line that is being typed: the answer to the scripts of
/// `CompletionScript`.
///
/// The request is `keyroll ---complete WORD…`; its last word is the one at the cursor, perhaps empty. The answer has a
/// line for each word that fits, with a tab and its meaning after it. Lines that begin with a colon are for what the
/// shell knows best: `:files` and `:folders`, each with the text before the path, and `:open` if no space follows a
/// word.
package struct CompletionAnswer {
  /// The option of a script's request.
  static let question = "---complete"

  private struct Candidate {
    let word: String
    let about: String
  }

  private var candidates: [Candidate] = []
  private var directives: [String] = []
  /// The word at the cursor.
  private let word: String

  /// Takes the words after the name of the program.
  package init(_ words: [String]) {
    word = words.last ?? ""
    complete(behind: Array(words.dropLast()))
  }

  /// The lines of the answer.
  package var text: String {
    let fitting = candidates.filter { $0.word.hasPrefix(word) }
    let lines = fitting.map { $0.about.isEmpty ? $0.word : "\($0.word)\t\($0.about)" }
    return (lines + directives).map { $0 + "\n" }.joined()
  }

  private mutating func complete(behind words: [String]) {
    if words.first == "help" { return addCommands(below: CommandPath(Array(words.dropFirst()))) }
    let path = CommandPath(words)
    addCommands(below: path)
    let description = CommandDescription(path.command)
    let read = description.read(path.rest)
    if case .option(let option, nil)? = read.last, let name = option.valueName {
      return add(ValueKind(name), option.values, in: path, before: "")
    }
    if word.hasPrefix("-"), !path.rest.contains("--") {
      return addOptions(of: description, in: path, after: read)
    }
    let index = read.count { if case .argument = $0 { true } else { false } }
    guard
      let argument = index < description.arguments.count ? description.arguments[index] : description.arguments.last,
      index < description.arguments.count || argument.isRepeated
    else { return }
    add(ValueKind(argument.valueName), argument.values, in: path, before: "")
  }

  private mutating func addCommands(below path: CommandPath) {
    guard path.rest.isEmpty else { return }
    for subcommand in path.named.configuration.subcommands {
      candidates.append(
        Candidate(
          word: subcommand.configuration.commandName ?? "", about: Self.brief(subcommand.configuration.abstract)))
    }
  }

  /// The names of options that are not there yet, or may be repeated; after `=`, the value of one.
  private mutating func addOptions(
    of description: CommandDescription, in path: CommandPath, after read: [CommandDescription.Word]
  ) {
    if let equals = word.firstIndex(of: "=") {
      let name = word[..<equals]
      guard let option = description.option(name), let value = option.valueName else { return }
      return add(ValueKind(value), option.values, in: path, before: "\(name)=")
    }
    let repeatable = (path.command as? any RepeatableOptions.Type)?.repeatableOptions ?? []
    for option in description.options {
      let isThere = read.contains { if case .option(let other, _) = $0 { other.name == option.name } else { false } }
      if isThere, !repeatable.contains(option.name) { continue }
      candidates.append(Candidate(word: option.name, about: Self.brief(option.about)))
    }
  }

  /// `prefix` is the part of the word before the value.
  private mutating func add(_ kind: ValueKind?, _ values: [String], in path: CommandPath, before prefix: String) {
    for value in values { candidates.append(Candidate(word: prefix + value, about: "")) }
    guard values.isEmpty else { return }
    let value = word.dropFirst(prefix.count)
    switch kind {
    case .file: directives.append(":files \(prefix)")
    case .folder: directives.append(":folders \(prefix)")
    case .profile: addProfiles(ofIssuersAlone: true, before: prefix)
    case .profileOrFile:
      addProfiles(ofIssuersAlone: path.text.hasSuffix(" claims"), before: prefix)
      directives.append(":files \(prefix)")
    case .key(let schemes):
      if let scheme = schemes.first(where: { value.hasPrefix($0) }) {
        if KeyPath.schemes.contains(scheme) { directives.append(":files \(prefix)\(scheme)") }
        return
      }
      let fitting = schemes.filter { $0.hasPrefix(value) }
      for scheme in fitting {
        candidates.append(Candidate(word: prefix + scheme, about: KeyPath.meanings[scheme] ?? ""))
      }
      if !fitting.isEmpty { directives.append(":open") }
      directives.append(":files \(prefix)")
    case .token:
      candidates.append(Candidate(word: prefix + "pkcs11:", about: KeyPath.meanings["pkcs11:"] ?? ""))
      directives.append(":open")
    case .free, nil: break
    }
  }

  private mutating func addProfiles(ofIssuersAlone: Bool, before prefix: String) {
    for name in ofIssuersAlone ? BuiltInProfiles.names : ProfileFile.names {
      let title = ProfileFile.title(of: name) ?? ""
      candidates.append(Candidate(word: prefix + name, about: title))
    }
  }

  /// The first sentence, for a list.
  private static func brief(_ about: String) -> String {
    let end = about.firstRange(of: ". ")?.lowerBound ?? about.firstIndex { $0 == ";" || $0 == ":" } ?? about.endIndex
    let text = about[..<end]
    return text.hasSuffix(".") ? String(text.dropLast()) : String(text)
  }
}

/// The schemes of key references, each with its colon.
private enum KeyPath {
  /// The schemes that are followed by the path of a file.
  static let schemes = ["pem:", "pfx:", "command:"]
  static let meanings = [
    "pem:": "a key in a PEM file", "pfx:": "a key in a PFX (PKCS #12)", "pkcs11:": "a key on a token",
    "command:": "a program of your own that signs",
  ]
}

/// The kind of value of an option or argument, by its name in help.
package enum ValueKind: Equatable {
  case file
  case folder
  /// One of the built-in profiles that a file can express.
  case profile
  case profileOrFile
  /// A key reference of one of these schemes, or the path of its file.
  case key(schemes: [String])
  /// An object on a token.
  case token
  /// A value that cannot be listed.
  case free

  /// Nil for an unknown name; a test tries the name of every value of every command.
  package init?(_ valueName: String) {
    switch valueName {
    case "file", "file.csv", "token or file", "folder or file", "file or package", "answer": self = .file
    case "folder": self = .folder
    case "profile": self = .profile
    case "name or file": self = .profileOrFile
    case "reference": self = .key(schemes: ["pem:", "pfx:", "pkcs11:", "command:"])
    case "destination": self = .key(schemes: ["pem:", "pfx:", "pkcs11:"])
    case "uri": self = .token
    case "cloud", "count", "duration", "form", "format", "guid", "hex", "host", "name", "name=json", "name=value",
      "number", "reason", "scope", "tenant", "text", "time":
      self = .free
    default: return nil
    }
  }
}
