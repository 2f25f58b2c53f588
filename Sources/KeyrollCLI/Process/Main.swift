import ArgumentParser
import Keyroll

/// Where the process starts and ends.
@main
enum Main {
  static func main() {
    // Not `exit`: nothing here is buffered, and what libraries would tidy up the kernel frees at once.
    let status = run(Array(CommandLine.arguments.dropFirst()))
    if status == .readerGone { CurrentProcess.endByBrokenPipe() }
    CurrentProcess.end(status.rawValue)
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
      if arguments.first?.utf8.starts(with: "--".utf8) ?? false, try answers(arguments) { return .success }
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
      throw SystemError(.processUnprotected, "OpenSSL cannot be kept from loading code that the environment names")
    }
  }

  /// Answers what a shell asks, which is no command: how a line goes on, and the script that asks it; false for anything else.
  private static func answers(_ arguments: [String]) throws -> Bool {
    if arguments.first == CompletionAnswer.question {
      try StandardOutput.write(CompletionAnswer(Array(arguments.dropFirst())).text)
      return true
    }
    guard let name = CompletionScript.shell(in: arguments) else { return false }
    guard let script = CompletionScript(rawValue: name) else {
      let names = Suggestions.alternatives(CompletionScript.allCases.map(\.rawValue))
      throw CommandError.usage("\(CompletionScript.option) takes \(names), not \(argument: name)")
    }
    try StandardOutput.write(script.text)
    return true
  }

  /// Ends what ArgumentParser did not hand to a command: a request for help or for the version, or a wrong command line.
  private static func conclude(_ error: any Error, _ arguments: [String]) -> ExitStatus {
    guard KeyrollCommand.exitCode(for: error) == .success else {
      return Diagnostics.report(CommandError.usage(error, in: arguments))
    }
    do {
      try StandardOutput.write(KeyrollCommand.fullMessage(for: error) + "\n")
      return .success
    } catch let error as any DiagnosticError {
      return Diagnostics.report(error)
    } catch {
      return error as? ExitStatus ?? .failed
    }
  }
}

/// How a command ends. A command throws one of these when all has been said already.
package enum ExitStatus: Int32, Error {
  /// Done; for `verify` and `request check`: accepted.
  case success = 0
  /// `verify` or `request check` has judged and rejects; `credentials` lists something that is due; a certificate was made, and is
  /// not on its token.
  case rejected = 1
  /// Refused or failed: a file, key, secret, claim or output. Nothing was written, but for a list that `credentials` says is not whole.
  case failed = 2
  /// `request check` has judged and accepts, but the window is not open yet.
  case notYet = 3
  /// The command line itself is wrong (EX_USAGE of sysexits.h).
  case usage = 64
  /// Whoever read standard output has gone, as `head` goes; the process ends by SIGPIPE, which a shell shows as this number.
  case readerGone = 141
}

/// The command that the first words of a command line name.
struct CommandPath {
  private(set) var command: any ParsableCommand.Type = KeyrollCommand.self
  /// The same, without one that may be left out.
  let named: any ParsableCommand.Type
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
    named = command
    // A group that explains itself is asked for help itself.
    let explains = ["-h", "--help"].contains(rest.first) && !command.configuration.discussion.isEmpty
    if let next = command.configuration.defaultSubcommand, !explains {
      command = next
      spelledOut.insert(next.configuration.commandName ?? "", at: rest.startIndex)
    }
  }

  /// The commands of the same group, with what to type for each.
  var neighbours: [(command: any ParsableCommand.Type, text: String)] {
    let words = text.split(separator: " ")
    guard words.count > 2 else { return [] }
    let group = CommandPath(words.dropFirst().dropLast().map(String.init))
    return group.command.configuration.subcommands.filter { $0 != command }.map {
      ($0, "\(group.text) \($0.configuration.commandName ?? "")")
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

  /// Throws `usage` for help on what is not a command, where ArgumentParser would give help on what is around it.
  private static func refuseUnknownCommand(_ words: ArraySlice<String>) throws(CommandError) {
    let path = CommandPath(Array(words))
    guard let word = path.rest.first, word != "help", !word.hasPrefix("-") else { return }
    let names = path.command.configuration.subcommands.compactMap { $0.configuration.commandName }
    throw .usage("there is no command \(naming: word)\(Suggestions.question(word, among: names))", in: Array(words))
  }

  /// Throws `usage` for an option that is given twice and takes one value: it is unclear which one was meant.
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
