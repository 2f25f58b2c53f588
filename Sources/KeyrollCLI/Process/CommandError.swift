import ArgumentParser
package import Keyroll

/// What only the command line can get wrong: its options and what is asked of the person; what another part throws is passed on.
package typealias CommandError = Failure<CommandErrorCode>

/// The reasons of a `CommandError`, by their stable ids.
package enum CommandErrorCode: String, FailureCode {
  case usage = "usage"
  case deviceTimeout = "device-timeout"
  /// The system refused the thread that keeps the time of calls to a module.
  case deviceUnwatched = "device-unwatched"
  /// The person at the terminal did not answer yes.
  case notConfirmed = "not-confirmed"
  /// What was typed as a new password, and typed again, is not the same.
  case passwordsDiffer = "passwords-differ"
}

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
    let message = KeyrollCommand.message(for: error)
    if let mistake = UsageMistake(on: CommandPath(arguments), message: message) {
      return usage(mistake.text, in: arguments)
    }
    return usage(UsageMessage(message, in: arguments).description, in: arguments)
  }
}

/// What ArgumentParser says of a command line, in our words for what the user wrote.
///
/// A value that was given where no option or file is may be a password or PIN, and is not repeated: after an option that the
/// command does not have, and where an option takes the number of a descriptor; nor is what is not a name of an option. What may be a
/// token or a key never is.
struct UsageMessage: CustomStringConvertible {
  let description: String

  static let withheld = "(\(withheldWords))"
  static let withheldWords = "not repeated here"

  /// Takes the message as `ParsableCommand.message(for:)` gives it.
  init(_ message: String, in arguments: [String]) {
    // Of a value that an option of the command does not take, if not of one that belongs to no option that is known.
    let isOfKnownOption = message.hasPrefix("The value '")
    // What follows is the argument as it is, not even quoted.
    var text = message.hasPrefix("Invalid option: ") ? "Invalid option: \(Self.withheld)" : message
    // First out of the message, so that nothing in them is taken for words of its own, and then in again as they are shown.
    // The longest come first, because a shorter one can be a part of it, and of two that are equal the one not to be shown.
    var shown: [String] = []
    let words = Self.words(arguments).sorted {
      ($0.text.utf8.count, $1.isAlone ? 1 : 0) > ($1.text.utf8.count, $0.isAlone ? 1 : 0)
    }
    for word in words {
      let isShown = word.isAlone || (isOfKnownOption && !word.isOfDescriptor)
      text = text.replacing("'\(word.text)'", with: Self.placeholder(shown.count))
      shown.append(isShown ? "\(naming: word.text)" : Self.withheld)
    }
    text = Self.onOneLine(text)
    for (index, word) in shown.enumerated() { text = text.replacing(Self.placeholder(index), with: word) }
    description = text
  }

  /// No argument has a NUL in it.
  private static func placeholder(_ index: Int) -> String { "\0\(index)\0" }

  private static func onOneLine(_ message: String) -> String {
    var text =
      message
      // The only messages of more than one line are an alternative and a list.
      .replacing("\n   or: ", with: ", or ").replacing("\n  - ", with: " ")
      .replacing(". Did you", with: "; did you").replacing(". Please", with: "; please")
    if text.hasSuffix(".") { text.removeLast() }
    return text.prefix(1).lowercased() + text.dropFirst()
  }

  /// The words of the command line that are not names of options.
  private struct Word {
    let text: String
    /// True if it is the value of no option, known or not.
    var isAlone = false
    /// True after an option whose value is the number of a descriptor.
    var isOfDescriptor = false
  }

  private static func words(_ arguments: [String]) -> [Word] {
    var words: [Word] = []
    var previous: Substring?
    for argument in arguments {
      guard argument.utf8.first == UInt8(ascii: "-"), argument.utf8.count > 1 else {
        words.append(
          Word(text: argument, isAlone: previous == nil, isOfDescriptor: previous?.hasSuffix("-fd") ?? false))
        previous = nil
        continue
      }
      let name = argument.prefix { $0 != "=" }
      if name.utf8.count < argument.utf8.count {
        words.append(Word(text: String(argument.dropFirst(name.count + 1)), isOfDescriptor: name.hasSuffix("-fd")))
        previous = nil
      } else {
        previous = name
      }
      if !name.hasPrefix("--"), name.utf8.count > 2 {
        // An option of one letter, and its value perhaps.
        words.append(Word(text: String(name)))
      } else if !isOption(name) {
        words.append(Word(text: String(name)))
      }
    }
    return words
  }

  /// True for the form of an option's name, so that a mistake in one can be shown: `--pasword-file`.
  ///
  /// `--password:…` is none, nor is `--password…`, after which a secret may have lost its separator.
  static func isOption(_ name: Substring) -> Bool {
    guard !ForeignText.mayBeSecret(String(name)), name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x2D })
    else {
      return false
    }
    let first = name.drop { $0 == "-" }.prefix { $0 != "-" }
    return SecretNames.contains(first.utf8)
      || !first.indices.contains { SecretNames.contains(first[..<$0].utf8) }
  }
}
