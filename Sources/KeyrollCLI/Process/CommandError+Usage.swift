import ArgumentParser

extension CommandError {
  /// A command line that cannot be taken, with the hint where the options of its command are explained.
  static func usage(
    _ message: String, in arguments: [String] = Array(CommandLine.arguments.dropFirst())
  ) -> CommandError {
    CommandError(.usage, message, hint: "see \(CommandPath(arguments).text) --help")
  }

  /// What ArgumentParser refused, in the shape of every other error.
  static func usage(_ error: any Error, in arguments: [String]) -> CommandError {
    let arguments = arguments.first == "help" ? Array(arguments.dropFirst()) : arguments
    let path = CommandPath(arguments)
    if !path.command.configuration.subcommands.isEmpty, let word = path.rest.first, !word.hasPrefix("-") {
      return usage("there is no command '\(word)'", in: arguments)
    }
    var message = KeyrollCommand.message(for: error)
      // The only messages of more than one line are an alternative and a list.
      .replacing("\n   or: ", with: ", or ").replacing("\n  - ", with: " ")
      .replacing(". Did you", with: "; did you").replacing(". Please", with: "; please")
    if message.hasSuffix(".") { message.removeLast() }
    return usage(message.prefix(1).lowercased() + message.dropFirst(), in: arguments)
  }
}
