import ArgumentParser
import Keyroll

/// The command that the first words of a command line name.
struct CommandPath {
  private(set) var command: any ParsableCommand.Type = KeyrollCommand.self
  /// What to type for it: `keyroll sign proof`.
  private(set) var text = "keyroll"
  /// What follows those words.
  private(set) var rest: ArraySlice<String>

  init(_ arguments: [String]) {
    rest = arguments[...]
    while let word = rest.first,
      let next = command.configuration.subcommands.first(where: { $0.configuration.commandName == word })
    {
      command = next
      text += " \(word)"
      rest.removeFirst()
    }
  }

  /// Parses the command line, as the root of all commands does; throws what that throws.
  ///
  /// A command parses its own options in a fraction of the time that the descent from the root takes. Whatever it cannot
  /// take, a request for help too, is left to the root.
  static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    let path = CommandPath(arguments)
    try path.refuseRepetition()
    if arguments.first == "help" { try refuseUnknownCommand(arguments.dropFirst()) }
    if path.command.configuration.subcommands.isEmpty, let command = try? path.command.parseAsRoot(Array(path.rest)),
      type(of: command) == path.command
    {
      return command
    }
    return try KeyrollCommand.parseAsRoot(arguments)
  }

  /// Throws `usage` for help on what is no command, where ArgumentParser would give help on what is around it.
  private static func refuseUnknownCommand(_ words: ArraySlice<String>) throws(CommandError) {
    guard let word = CommandPath(Array(words)).rest.first, word != "help", !word.hasPrefix("-") else { return }
    throw .usage("there is no command \(naming: word)", in: Array(words))
  }

  /// Throws `usage` for an option that is there twice and takes one value: which was meant, nobody knows.
  private func refuseRepetition() throws(CommandError) {
    let repeatable = (command as? any RepeatableOptions.Type)?.repeatableOptions ?? []
    var seen: [Substring] = []
    for word in rest.prefix(while: { $0 != "--" }) where word.hasPrefix("--") {
      let name = word.prefix { $0 != "=" }
      if seen.contains(name), !repeatable.contains(String(name)) {
        throw CommandError(.usage, "\(naming: name) is given twice", hint: "see \(text) --help")
      }
      seen.append(name)
    }
  }
}
