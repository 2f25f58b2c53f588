import Glibc
package import Keyroll

/// The text of a token, as an argument, a file or standard input gave it.
package struct TokenInput {
  package let bytes: [UInt8]
  /// True when a carriage return and line feed at the end of a file or of standard input were dropped.
  package let droppedCarriageReturn: Bool
  /// Where the text came from, for messages.
  package let name: String

  /// The most that is read, in bytes: what a token may have is judged later.
  package static let limit = 1 << 20

  /// Takes `-` for standard input, the path of anything that exists for that file, and else text that begins as
  /// tokens do, with `ey` or `ew` and a dot further on, for the token itself.
  ///
  /// A file wins over a token of the same spelling, and one line break at its end belongs to the transport. Throws `file-unreadable` or `file-too-large`.
  package init(_ argument: String) throws(KeyError) {
    let isStandardInput = StandardInput.isNamed(by: argument)
    if !isStandardInput, !Self.exists(argument) {
      guard Self.looksLikeToken(argument) else {
        throw KeyError(.fileUnreadable, "\(argument.isEmpty ? "the empty argument" : argument) is neither a file nor a token")
      }
      self.init(bytes: Array(argument.utf8), droppedCarriageReturn: false, name: "the argument")
      return
    }
    let contents = try SecretBytes.contents(ofFile: argument, limit: Self.limit)
    let kept = contents.countWithoutTrailingNewline
    self.init(
      bytes: contents.withBytes { contents in (0..<kept).map { contents[$0] } },
      droppedCarriageReturn: kept + 1 < contents.count,
      name: isStandardInput ? "standard input" : argument)
  }

  private init(bytes: [UInt8], droppedCarriageReturn: Bool, name: String) {
    self.bytes = bytes
    self.droppedCarriageReturn = droppedCarriageReturn
    self.name = name
  }

  /// What was done to the text without being asked for, or nil. The line feed that the signing commands write goes unsaid.
  package var note: String? { droppedCarriageReturn ? "a carriage return and line feed at the end of \(name) were dropped" : nil }

  private static func exists(_ path: String) -> Bool {
    var status = stat()
    if unsafe stat(path, &status) == 0 { return true }
    return ![ENOENT, ENOTDIR, ENAMETOOLONG].contains(errno)
  }

  private static func looksLikeToken(_ text: String) -> Bool {
    // The base64url of `{"` and of `{` with white space.
    (text.utf8.starts(with: "ey".utf8) || text.utf8.starts(with: "ew".utf8)) && text.utf8.contains(UInt8(ascii: "."))
  }
}
