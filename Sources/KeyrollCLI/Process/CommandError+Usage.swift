import ArgumentParser

extension CommandError {
  /// A command line that cannot be taken, with the hint where its options are explained.
  static func usage(_ message: String, in arguments: [String] = []) -> CommandError {
    CommandError(.usage, message, hint: "see \(commandPath(in: arguments)) --help")
  }

  /// What ArgumentParser refused, in the shape of every other error.
  static func usage(_ error: any Error, in arguments: [String]) -> CommandError {
    var message = KeyrollCommand.message(for: error)
      // The only messages of more than one line are an alternative and a list.
      .replacing("\n   or: ", with: ", or ").replacing("\n  - ", with: " ")
      .replacing(". Did you", with: "; did you").replacing(". Please", with: "; please")
    if message.hasSuffix(".") { message.removeLast() }
    return usage(message.prefix(1).lowercased() + message.dropFirst(), in: arguments)
  }

  /// `keyroll sign proof` for the arguments of that command.
  private static func commandPath(in arguments: [String]) -> String {
    var command: any ParsableCommand.Type = KeyrollCommand.self
    var path = "keyroll"
    for argument in arguments {
      let next = command.configuration.subcommands.first { $0.configuration.commandName == argument }
      guard let next else { break }
      command = next
      path += " \(argument)"
    }
    return path
  }
}
