import ArgumentParser
import Keyroll

/// Where the process starts and ends.
@main
enum Main {
  static func main() {
    // Not `exit`: nothing here is buffered, and what libraries would tidy up the kernel frees at once.
    CurrentProcess.end(run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  private static func run(_ arguments: [String]) -> ExitStatus {
    let devices = Devices()
    return Devices.$current.withValue(devices) {
      let status = perform(arguments)
      devices.end(with: status)
      return status
    }
  }

  private static func perform(_ arguments: [String]) -> ExitStatus {
    do {
      try protect()
      var command = try CommandPath.parse(arguments)
      try command.run()
      return .success
    } catch let status as ExitStatus {
      return status
    } catch let error as any DiagnosticError {
      return Diagnostics.report(error)
    } catch {
      return conclude(error, arguments)
    }
  }

  /// Before anything else is looked at; throws `process-unprotected`.
  private static func protect() throws(SystemError) {
    try ProcessProtection.apply()
    guard Toolkit.ignoreEnvironment() else {
      throw SystemError(.processUnprotected, "OpenSSL cannot be kept from code that the environment names")
    }
  }

  /// Ends what ArgumentParser did not hand to a command: a request for help or for the version, or a wrong command line.
  private static func conclude(_ error: any Error, _ arguments: [String]) -> ExitStatus {
    guard KeyrollCommand.exitCode(for: error) == .success else {
      return Diagnostics.report(CommandError.usage(error, in: arguments))
    }
    do {
      try StandardOutput.write(KeyrollCommand.fullMessage(for: error) + "\n")
      return .success
    } catch {
      return Diagnostics.report(error)
    }
  }
}

/// How a command ends. A command throws one of these when all has been said already.
package enum ExitStatus: Int32, Error {
  /// Done; for `verify` and `request check`: accepted.
  case success = 0
  /// `verify` or `request check` has judged and rejects; a certificate was made, and is not on its token.
  case rejected = 1
  /// Refused or failed: a file, key, secret, claim or output. Nothing was written.
  case failed = 2
  /// `request check` has judged and accepts, but the window is not open yet.
  case notYet = 3
  /// The command line itself is wrong (EX_USAGE of sysexits.h).
  case usage = 64
}

/// The command that the first words of a command line name.
struct CommandPath {
  private(set) var command: any ParsableCommand.Type = KeyrollCommand.self
  /// What to type for it: `keyroll sign proof`.
  private(set) var text = "keyroll"
  /// What follows those words.
  private(set) var rest: ArraySlice<String>

  /// The arguments as the root of all commands takes them, with the name of a command that may be left out.
  private(set) var spelledOut: [String]

  init(_ arguments: [String]) {
    rest = arguments[...]
    spelledOut = arguments
    while let word = rest.first,
      let next = command.configuration.subcommands.first(where: { $0.configuration.commandName == word })
    {
      command = next
      text += " \(word)"
      rest.removeFirst()
    }
    // A group that explains itself is asked for help itself.
    let explains = ["-h", "--help"].contains(rest.first) && !command.configuration.discussion.isEmpty
    if let next = command.configuration.defaultSubcommand, !explains {
      command = next
      spelledOut.insert(next.configuration.commandName ?? "", at: rest.startIndex)
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
    return try KeyrollCommand.parseAsRoot(path.spelledOut)
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

/// A command with options that may be given several times; of any other the parser would silently take the last.
protocol RepeatableOptions: ParsableCommand {
  /// As they are typed: `--hint`.
  static var repeatableOptions: [String] { get }
}
