import ArgumentParser
package import Keyroll

/// The errors of the command itself: its options, and what it asks a person. Errors of other parts are passed on.
package typealias CommandError = Failure<CommandErrorCode>

/// The reasons of a `CommandError`, by their stable ids.
package enum CommandErrorCode: String, FailureCode {
  case usage = "usage"
  case deviceTimeout = "device-timeout"
  /// The system did not start the thread that measures the time of calls to a module.
  case deviceUnwatched = "device-unwatched"
  /// The person at the terminal did not answer yes.
  case notConfirmed = "not-confirmed"
  /// The new password was typed differently the second time.
  case passwordsDiffer = "passwords-differ"
}

extension CommandError {
  /// A command line that cannot be accepted, with the hint where the options of its command are explained.
  static func usage(
    _ message: String, in arguments: [String] = Array(CommandLine.arguments.dropFirst())
  ) -> CommandError {
    CommandError(.usage, message, hint: "see \(CommandPath(arguments).text) --help")
  }

  /// An error of ArgumentParser, in the form of every other error.
  static func usage(_ error: any Error, in arguments: [String]) -> CommandError {
    let arguments = arguments.first == "help" ? Array(arguments.dropFirst()) : arguments
    let message = KeyrollCommand.message(for: error)
    if let mistake = UsageMistake(on: CommandPath(arguments), message: message) {
      return usage(mistake.text, in: arguments)
    }
    return usage(UsageMessage(message, in: arguments).description, in: arguments)
  }
}

/// The message of ArgumentParser about a command line, with our words for what the user wrote.
///
/// A value in a place without an option or file may be a password or PIN, and is not repeated. This is the case after
/// an option that the command does not have, and for an option that takes the number of a descriptor. The same holds
/// for a word that is not the name of an option. A word that may be a token or a key is never repeated.
struct UsageMessage: CustomStringConvertible {
  let description: String

  static let withheld = "(\(withheldWords))"
  static let withheldWords = "not repeated here"

  /// Takes the message from `ParsableCommand.message(for:)`.
  init(_ message: String, in arguments: [String]) {
    // About a value that an option of the command does not take, or otherwise one that belongs to no known option.
    let isOfKnownOption = message.hasPrefix("The value '")
    // The argument follows as it is, without quotation marks.
    var text = message.hasPrefix("Invalid option: ") ? "Invalid option: \(Self.withheld)" : message
    // The words are first removed from the message, so that nothing in them is taken for words of its own, and then
    // inserted again in the form to show. The longest come first, because a shorter one can be part of it. If two are
    // equal, the one that must not be shown counts.
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

  /// Arguments never contain a NUL.
  private static func placeholder(_ index: Int) -> String { "\0\(index)\0" }

  private static func onOneLine(_ message: String) -> String {
    var text =
      message
      // Only an alternative and a list have messages of more than one line.
      .replacing("\n   or: ", with: ", or ").replacing("\n  - ", with: " ")
      .replacing(". Did you", with: "; did you").replacing(". Please", with: "; please")
    if text.hasSuffix(".") { text.removeLast() }
    return text.prefix(1).lowercased() + text.dropFirst()
  }

  /// The words of the command line that are not names of options.
  private struct Word {
    let text: String
    /// True if it is not the value of any option, known or not.
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
        // An option of one letter, perhaps with its value.
        words.append(Word(text: String(name)))
      } else if !isOption(name) {
        words.append(Word(text: String(name)))
      }
    }
    return words
  }

  /// True for the form of an option's name, so that a mistake in one can be shown: `--pasword-file`.
  ///
  /// `--password:…` is not such a name, and neither is `--password…`, in which a secret may have lost its separator.
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
