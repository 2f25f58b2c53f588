import Keyroll

/// How what is said on standard error is written, as the command line asks for it.
///
/// The words themselves are read: what is wrong may be that they cannot be parsed.
package struct MessageStyle {
  /// True where notes are left out.
  package private(set) var isQuiet = false
  /// True where each message is an object of JSON on a line of its own.
  package private(set) var isJSON = false

  /// Takes the words behind the name of the command.
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
