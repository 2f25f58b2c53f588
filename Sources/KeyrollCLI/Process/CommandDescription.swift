import ArgumentParser
import Keyroll

/// The options and arguments of a command, as its parser knows them: for suggestions and for completion.
///
/// The parser describes the command in JSON, which costs more than a whole run, so this is used only after a mistake or
/// for completion.
package struct CommandDescription {
  /// An option or a flag.
  package struct Option {
    /// As it is typed: `--key`.
    package let name: String
    /// The name of its value in help: `file`; nil for a flag.
    package let valueName: String?
    /// The possible values, if there are only a few.
    package let values: [String]
    package let about: String
    /// True if its value may begin with a hyphen.
    fileprivate let takesAnyWord: Bool
  }

  /// The arguments without a name.
  package struct Argument {
    package let valueName: String
    package let values: [String]
    package let isRepeated: Bool
  }

  package let options: [Option]
  package let arguments: [Argument]
  /// The commands below it, with what each does.
  package let subcommands: [(name: String, about: String)]

  /// A group of commands has only the options that all commands have.
  init(_ command: any ParsableCommand.Type) {
    subcommands = command.configuration.subcommands.map {
      ($0.configuration.commandName ?? "", $0.configuration.abstract)
    }
    let described = subcommands.isEmpty ? Self.arguments(of: command) : []
    var options: [Option] = []
    var arguments: [Argument] = []
    for argument in described {
      let kind = argument["kind"]?.string?.text
      let values = argument["allValues"]?.array?.compactMap { $0.string?.text } ?? []
      let valueName = argument["valueName"]?.string?.text
      if kind == "positional" {
        arguments.append(
          Argument(
            valueName: valueName ?? "", values: values, isRepeated: argument["isRepeating"]?.boolean ?? false))
      } else if let name = Self.longName(argument) {
        options.append(
          Option(
            name: name, valueName: kind == "option" ? valueName : nil, values: values,
            about: argument["abstract"]?.string?.text ?? "",
            takesAnyWord: argument["parsingStrategy"]?.string?.text == "unconditional"))
      }
    }
    self.options = options + Self.common.filter { common in !options.contains { $0.name == common.name } }
    self.arguments = arguments
  }

  /// The description of each command, by what is typed for it: `keyroll sign proof`.
  package static var all: [String: CommandDescription] { all(below: KeyrollCommand.self, named: "keyroll") }

  private static func all(below command: any ParsableCommand.Type, named name: String) -> [String: CommandDescription] {
    var all = [name: CommandDescription(command)]
    for next in command.configuration.subcommands {
      all.merge(Self.all(below: next, named: "\(name) \(next.configuration.commandName ?? "")")) { first, _ in first }
    }
    return all
  }

  /// The option of this name.
  package func option(_ name: some StringProtocol) -> Option? { options.first { $0.name == name } }

  private static let common = [
    Option(name: "--help", valueName: nil, values: [], about: "Show help information.", takesAnyWord: false),
    Option(name: "--version", valueName: nil, values: [], about: "Show the version.", takesAnyWord: false),
  ]

  private static func arguments(of command: any ParsableCommand.Type) -> [JSONObject] {
    let text = Array(command._dumpHelp().utf8)
    let description = try? JSONReader.object(text, within: .savedAnswer)
    return description?["command"]?.object?["arguments"]?.array?.compactMap(\.object) ?? []
  }

  private static func longName(_ argument: JSONObject) -> String? {
    let names = argument["names"]?.array?.compactMap(\.object) ?? []
    return names.first { $0["kind"]?.string?.text == "long" }?["name"]?.string.map { "--\($0.text)" }
  }
}

// MARK: Words of a command line

extension CommandDescription {
  /// The kind of a word on a command line.
  package enum Word {
    /// The name of an option of the command, with the value after `=` if there is one.
    case option(Option, value: String?)
    /// The name of an option that the command does not have.
    case unknownOption(String)
    /// The value of the option before it.
    case value(String, of: Option)
    /// An argument without a name, and how many are before it.
    case argument(String, index: Int)
  }

  /// The kind of each of the words after the name of the command.
  package func read(_ words: some Sequence<String>) -> [Word] {
    var read: [Word] = []
    var pending: Option?
    var (count, areAllArguments) = (0, false)
    for word in words {
      let isOption = !areAllArguments && word.utf8.first == UInt8(ascii: "-") && word.utf8.count > 1
      if let option = pending, option.takesAnyWord || !isOption {
        pending = nil
        read.append(.value(word, of: option))
        continue
      }
      pending = nil
      if isOption, word == "--" {
        areAllArguments = true
      } else if isOption {
        let name = word.prefix { $0 != "=" }
        let value = name.endIndex == word.endIndex ? nil : String(word[word.index(after: name.endIndex)...])
        if let option = option(name == "-h" ? "--help" : name) {
          read.append(.option(option, value: value))
          if option.valueName != nil, value == nil { pending = option }
        } else {
          read.append(.unknownOption(String(name)))
        }
      } else {
        read.append(.argument(word, index: count))
        count += 1
      }
    }
    return read
  }
}
