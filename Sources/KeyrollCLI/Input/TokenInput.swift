package import Keyroll

/// The text of a token from an argument, a file or standard input.
package struct TokenInput {
  package let bytes: [UInt8]
  /// True if a carriage return and a line feed at the end of a file or of standard input were dropped. A line feed
  /// alone is also dropped, but without a note: keyroll writes one after every token.
  package let droppedReturn: Bool
  /// Where the text came from, for messages.
  package let name: String

  /// The most bytes to read; the length of the token itself is checked later.
  package static let limit = Limits.inputByteCount

  /// `-` is standard input, and the path of anything that exists is that file. Any other text is the token itself if it
  /// begins as tokens do, with `ey` or `ew` and a dot further on, or if it contains a token.
  ///
  /// A file takes precedence over a token of the same spelling. Throws `file-unreadable` or `file-too-large`.
  package init(_ argument: String) throws(SystemError) {
    let isStandardInput = StandardInput.isNamed(by: argument)
    if !isStandardInput, !FileStatus.mayBeThere(argument) {
      guard Self.looksLikeToken(argument) || !TokenFinder.tokens(in: Array(argument.utf8).span).isEmpty else {
        throw Self.unreadable(argument)
      }
      self.init(bytes: Array(argument.utf8), droppedReturn: false, name: "the argument")
      return
    }
    let contents = try SecretBytes.contents(ofFile: argument, limit: Self.limit)
    let kept = contents.countWithoutTrailingNewline
    self.init(
      bytes: contents.withBytes { contents in (0..<kept).map { contents[$0] } },
      droppedReturn: kept + 1 < contents.count,
      name: isStandardInput ? "standard input" : "\(naming: argument)")
  }

  private init(bytes: [UInt8], droppedReturn: Bool, name: String) {
    self.bytes = bytes
    self.droppedReturn = droppedReturn
    self.name = name
  }

  /// What was changed in the text although nobody asked for it, or nil.
  package var note: String? {
    droppedReturn ? "a carriage return and a line feed at the end of \(name) were dropped" : nil
  }

  /// Every token in the text, with any text around it; empty if none is found.
  ///
  /// For commands that show or explain a token. A command that judges one uses the bytes as they are.
  package var tokens: [TokenFinder.Found] { TokenFinder.tokens(in: bytes.span) }

  /// The one token for a command: a proof or a client assertion by its name, otherwise the first, or the bytes
  /// themselves if none is found. With it, the notes for standard error.
  package var token: (bytes: [UInt8], notes: [String]) {
    guard let choice = TokenFinder.choice(among: tokens, named: ["proof", "client_assertion"]) else {
      return (bytes, [note].compactMap(\.self))
    }
    return (choice.token.text, [note, note(on: choice.token), choice.note(about: name)].compactMap(\.self))
  }

  /// Says what was dropped around a token, or nil if nothing was.
  package func note(on found: TokenFinder.Found) -> String? {
    found.dropped.isEmpty ? nil : "dropped from \(name): \(found.dropped.summary)"
  }

  /// The error for an argument that is not a file and does not begin like a token.
  ///
  /// An argument that may be a token is not repeated: usually a token was pasted with something around it.
  private static func unreadable(_ argument: String) -> SystemError {
    guard ForeignText.mayBeSecret(argument) else {
      return SystemError(.fileUnreadable, "\(naming: argument) is neither a file nor a token")
    }
    return SystemError(
      .fileUnreadable, "the argument is not a file, and as a token it has something around it",
      hint: "give the token alone, without Bearer, quotation marks or spaces")
  }

  private static func looksLikeToken(_ text: String) -> Bool {
    // The base64url of `{"` and of `{` with white space.
    (text.utf8.starts(with: "ey".utf8) || text.utf8.starts(with: "ew".utf8)) && text.utf8.contains(UInt8(ascii: "."))
  }
}

extension StandardInput {
  /// Says that keyroll waits for a person, who may have left the argument out, and what a terminal does to a long
  /// token.
  static func noteTerminal(at path: String) {
    guard isNamed(by: path), isTerminal else { return }
    Diagnostics.note("the token is read from the terminal, up to ctrl-D; a terminal cuts lines off after 4095 bytes")
  }
}
