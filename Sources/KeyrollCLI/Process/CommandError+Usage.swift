import ArgumentParser
import Keyroll

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
      return usage("there is no command \(naming: word)", in: arguments)
    }
    return usage(UsageMessage(KeyrollCommand.message(for: error), in: arguments).description, in: arguments)
  }
}
