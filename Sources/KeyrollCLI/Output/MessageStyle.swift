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

  /// That of this process. On a terminal a person reads, for whom lines are folded, and JSON cannot be.
  static var current: MessageStyle {
    var style = MessageStyle(CommandLine.arguments.dropFirst())
    if TerminalSize.columns(of: StandardStreams.messages) != nil { style.isJSON = false }
    return style
  }
}
