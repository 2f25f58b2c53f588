import Keyroll

/// The form of messages on standard error, as the command line asks for it.
///
/// It reads the words themselves, because the problem may be that they cannot be parsed.
package struct MessageStyle {
  /// True if notes are left out.
  package private(set) var isQuiet = false
  /// True if each message is an object of JSON on a line of its own.
  package private(set) var isJSON = false

  /// Takes the words after the name of the command.
  package init(_ words: some Sequence<String>) {
    var isFormat = false
    for word in words {
      if word == "--" { break }
      if word == "--quiet" { isQuiet = true }
      if word == "--format=json" || (isFormat && word == "json") { isJSON = true }
      isFormat = word == "--format"
    }
  }

  /// That of this process, wherever standard error goes: on a terminal too, whoever asks for JSON gets it.
  static var current: MessageStyle { MessageStyle(CommandLine.arguments.dropFirst()) }
}
