import ArgumentParser
import Keyroll

/// A mistake in a command line about which more can be said than the parser says: an unknown name, and what it may
/// mean.
///
/// The parser reports what is missing before what is misspelt, although the misspelling is the reason.
struct UsageMistake {
  let text: String

  /// Nil if the parser's own words are the best; `message` is what it says.
  init?(on path: CommandPath, message: String) {
    let description = CommandDescription(path.command)
    if !path.command.configuration.subcommands.isEmpty {
      guard let word = path.rest.first else { return nil }
      text = Self.text(ofGroup: path, description, at: word)
    } else if let name = Self.unknownOption(description.read(path.rest)) {
      text = Self.text(ofUnknown: name, in: path, description)
    } else if let (option, value) = Self.refusedValue(message, description, path.rest) {
      text = Self.text(ofRefused: value, for: option)
    } else {
      return nil
    }
  }

  // MARK: A command that is missing

  private static func text(ofGroup path: CommandPath, _ description: CommandDescription, at word: String) -> String {
    let names = description.subcommands.map(\.name)
    guard word.hasPrefix("-") else {
      let question = Suggestions.question(word, among: names)
      let group = path.command as? any CommandGroup.Type
      let list = question.isEmpty && group != nil ? "; there are \(Suggestions.alternatives(names, "and"))" : question
      return "there is no command \(naming: word)\(list)"
    }
    let name = word.prefix { $0 != "=" }
    let question = Suggestions.question(name, among: description.options.map(\.name))
    if question.isEmpty, let group = path.command as? any CommandGroup.Type { return group.missing }
    return shown(name) + (question.isEmpty ? "; the name of a command comes first" : question)
  }

  // MARK: An option that is not there

  private static func unknownOption(_ words: [CommandDescription.Word]) -> String? {
    for case .unknownOption(let name) in words { return name }
    return nil
  }

  private static func text(
    ofUnknown name: String, in path: CommandPath, _ description: CommandDescription
  ) -> String {
    guard UsageMessage.isOption(Substring(name)) else { return shown(Substring(name)) }
    let question = Suggestions.question(name, among: description.options.map(\.name))
    if !question.isEmpty { return shown(Substring(name)) + question }
    let owners = path.neighbours.filter { CommandDescription($0.command).option(name) != nil }.map(\.text)
    let owner = owners.isEmpty ? "" : "; it is an option of \(Suggestions.alternatives(owners, "and"))"
    return shown(Substring(name)) + owner
  }

  private static func shown(_ name: Substring) -> String {
    "unknown option \(UsageMessage.isOption(name) ? "'\(name)'" : UsageMessage.withheld)"
  }

  // MARK: A value that is not taken

  /// The option, and its value that the parser calls invalid.
  private static func refusedValue(
    _ message: String, _ description: CommandDescription, _ words: some Sequence<String>
  ) -> (option: CommandDescription.Option, value: String)? {
    for word in description.read(words) {
      switch word {
      case .option(let option, let value?), .value(let value, let option):
        if message.hasPrefix("The value '\(value)' is invalid for '\(option.name) <") { return (option, value) }
      default: break
      }
    }
    return nil
  }

  private static func text(ofRefused value: String, for option: CommandDescription.Option) -> String {
    // If somebody gives a PIN in place of a descriptor, it is not shown.
    if option.name.hasSuffix("-fd") {
      return "\(option.name) takes the number of a descriptor; what was given is \(UsageMessage.withheldWords)"
    }
    if !option.values.isEmpty {
      let list = Suggestions.alternatives(option.values)
      return
        "\(option.name) takes \(list), not \(argument: value)\(Suggestions.question(value, among: option.values))"
    }
    let kind: String
    switch option.valueName {
    case "duration": kind = "a duration such as 90s, 10m, 1h or 365d"
    case "count", "number": kind = "a whole number"
    case "name=value", "name=json": kind = "a name and a value with = between them"
    default: kind = "a \(option.valueName ?? "value")"
    }
    return "\(option.name) takes \(kind), not \(argument: value)"
  }
}

/// A command that only groups others, one of which must be named.
protocol CommandGroup: ParsableCommand {
  /// The missing choice: `which token to sign`.
  static var question: String { get }
}

extension CommandGroup {
  /// The question and the names that answer it.
  static var missing: String {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName }
    return "\(question) is missing: \(Suggestions.alternatives(names))"
  }

  /// No help here, unlike elsewhere: a program that reads a token from standard output must not get a page of help and
  /// status 0.
  func run() throws { throw CommandError.usage(Self.missing) }
}
