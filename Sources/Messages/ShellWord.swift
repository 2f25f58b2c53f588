import Encodings

/// One word of a line of shell, to copy into a POSIX shell.
package enum ShellWord {
  /// The word as it is where that is safe, and else between single quotes, with those that it has itself spelled out.
  package static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { ASCII.isLetterOrDigit($0) || "-_./:=@%+,".utf8.contains($0) }
    if isPlain, !word.isEmpty { return word }
    let parts = word.split(separator: "'", omittingEmptySubsequences: false)
    return "'\(parts.joined(separator: #"'\''"#))'"
  }
}
