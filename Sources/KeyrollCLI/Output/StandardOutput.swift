import Glibc
import Keyroll

/// Where results go unless a file is named.
enum StandardOutput {
  /// Writes the whole text at once, unbuffered; throws `output-unwritable`.
  static func write(_ text: String) throws(CommandError) {
    if let reason = FileOutput.write(Array(text.utf8).span, to: STDOUT_FILENO) {
      throw CommandError(.outputUnwritable, "standard output cannot be written: \(reason)")
    }
  }

  /// Writes JSON for programs, which a person may see on a terminal all the same.
  static func write(_ object: JSONObject) throws(CommandError) {
    try write(EscapedText(json: JSONWriter.indentedText(.object(object))).description + "\n")
  }
}
