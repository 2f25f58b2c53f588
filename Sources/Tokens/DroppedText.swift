import Messages

/// Something around or inside a pasted token that does not belong to it.
@nonexhaustive
public enum DroppedText: Sendable, Hashable {
  // Around it, from the outside to the inside.
  /// The UTF-8 mark that Windows puts before a text.
  case byteOrderMark
  /// The text is in UTF-16; a token is ASCII.
  case utf16
  /// The text is the base64 of one with the token in it.
  case base64
  /// JSON, and the member with the token; nil in an array or if the member is not known.
  case json(String?)
  /// A form or a query, and its field.
  case form(String)
  /// A name and a colon in front of it, as in HTTP headers.
  case label(String)
  /// A command such as `curl`.
  case command(String)
  /// So many tokens in all, the names of those that have one, and the name of the one that is meant; nil if that is the first.
  case otherTokens(Int, names: [String], meant: String?)
  /// Anything else.
  case text
  /// Spaces, tabs and line breaks around it.
  case whiteSpace
  /// The name of an authorization scheme in front of it, such as `Bearer`.
  case scheme(String)
  /// Double or single quotation marks around it, also typographic ones.
  case quotationMarks
  /// Backticks around it, as in Markdown.
  case backticks
  /// `<` and `>` around it, also as escapes of HTML or of addresses.
  case angleBrackets
  /// A full stop after it.
  case fullStop
  // Inside it.
  /// Line breaks that wrapped it.
  case lineBreaks
  /// `>` at the beginning of lines.
  case quoteMarks
  /// Numbers at the beginning of lines.
  case lineNumbers
  /// Quotation marks and signs between the pieces in which source code has a long text.
  case pieces
  /// Spaces or tabs between its characters.
  case spaces
  /// Characters that no screen shows.
  case invisibleCharacters
  /// `%2E` instead of a dot, and the like.
  case percentEscapes
  /// `\u002e`, `\/` and the like.
  case backslashEscapes
  /// `=` in base64url.
  case padding
  /// `+` and `/` in base64url.
  case otherAlphabet

  /// Stable and kebab-case, without the name of a member, field, command or scheme.
  public var id: String {
    switch self {
    case .byteOrderMark: "byte-order-mark"
    case .utf16: "utf-16"
    case .base64: "base64"
    case .json: "json"
    case .form: "form"
    case .label: "label"
    case .command: "command"
    case .otherTokens: "other-tokens"
    case .text: "text"
    case .whiteSpace: "white-space"
    case .scheme: "scheme"
    case .quotationMarks: "quotation-marks"
    case .backticks: "backticks"
    case .angleBrackets: "angle-brackets"
    case .fullStop: "full-stop"
    case .lineBreaks: "line-breaks"
    case .quoteMarks: "quote-marks"
    case .lineNumbers: "line-numbers"
    case .pieces: "pieces"
    case .spaces: "spaces"
    case .invisibleCharacters: "invisible-characters"
    case .percentEscapes: "percent-escapes"
    case .backslashEscapes: "backslash-escapes"
    case .padding: "padding"
    case .otherAlphabet: "other-alphabet"
    }
  }

  /// False for text inside the token.
  public var isAround: Bool {
    switch self {
    case .byteOrderMark, .utf16, .base64, .json, .form, .label, .command, .otherTokens, .text, .whiteSpace, .scheme,
      .quotationMarks,
      .backticks,
      .angleBrackets, .fullStop:
      true
    case .lineBreaks, .quoteMarks, .lineNumbers, .pieces, .spaces, .invisibleCharacters, .percentEscapes,
      .backslashEscapes, .padding,
      .otherAlphabet:
      false
    }
  }

  /// For messages, as the object of a sentence: `"Bearer" in front of it`.
  public var summary: String {
    switch self {
    case .byteOrderMark: "a byte order mark"
    case .utf16: "the encoding UTF-16"
    case .base64: "base64 around all of it"
    case .json(let name?): "the JSON around the member \(quoting: name)"
    case .json(nil): "the JSON around it"
    case .form(let name): "the form around the field \(quoting: name)"
    case .label(let name): "the name \(quoting: name) in front of it"
    case .command(let name): "the \(name) command around it"
    case .otherTokens(let count, _, _): "\(count - 1) other \(count == 2 ? "token" : "tokens")"
    case .text: "other text around it"
    case .whiteSpace: "white space around it"
    case .scheme(let name): "\(quoting: name) in front of it"
    case .quotationMarks: "quotation marks"
    case .backticks: "backticks"
    case .angleBrackets: "angle brackets"
    case .fullStop: "a full stop after it"
    case .lineBreaks: "line breaks inside it"
    case .quoteMarks: "> at the beginning of lines"
    case .lineNumbers: "numbers at the beginning of lines"
    case .pieces: "quotation marks between its pieces"
    case .spaces: "spaces inside it"
    case .invisibleCharacters: "characters that no screen shows"
    case .percentEscapes: "percent escapes"
    case .backslashEscapes: "backslash escapes"
    case .padding: "= padding"
    case .otherAlphabet: "the other base64 alphabet"
    }
  }

  /// For messages, as a predicate of the text: `begins with "Bearer "`.
  public var problem: String {
    switch self {
    case .byteOrderMark: "begins with a byte order mark"
    case .utf16: "is in UTF-16"
    case .base64: "is the base64 of another text"
    case .json(let name?): "is JSON, with the token in the member \(quoting: name)"
    case .json(nil): "is JSON around the token"
    case .form(let name): "is a form, with the token in the field \(quoting: name)"
    case .label(let name): "has the name \(quoting: name) in front of the token"
    case .command(let name): "is a \(name) command"
    case .otherTokens(let count, let names, let meant):
      "holds \(count) tokens\(Self.listed(names)), of which \(meant.map { "the one called \(naming: $0)" } ?? "the first") is judged alone"
    case .text: "has other text around the token"
    case .whiteSpace: "has white space around the token"
    case .scheme(let name): "begins with \"\(name) \""
    case .quotationMarks: "has quotation marks around the token"
    case .backticks: "has backticks around the token"
    case .angleBrackets: "has angle brackets around the token"
    case .fullStop: "ends with a full stop"
    case .lineBreaks: "has line breaks inside the token"
    case .quoteMarks: "has > at the beginning of lines"
    case .lineNumbers: "has numbers at the beginning of lines"
    case .pieces: "has the token in several pieces"
    case .spaces: "has spaces inside the token"
    case .invisibleCharacters: "has characters that no screen shows"
    case .percentEscapes: "has percent escapes"
    case .backslashEscapes: "has backslash escapes"
    case .padding: "has = padding"
    case .otherAlphabet: "has the other base64 alphabet"
    }
  }
}

extension DroppedText {
  private static let mostNames = 4

  private static func listed(_ names: [String]) -> String {
    if names.isEmpty { return "" }
    let shown = names.prefix(mostNames).map { "\(naming: $0)" }.joined(separator: ", ")
    return " (\(shown)\(names.count > mostNames ? ", …" : ""))"
  }
}

extension [DroppedText] {
  /// `a byte order mark, "Bearer" in front of it and quotation marks`.
  public var summary: String { Self.list(map(\.summary)) }

  /// `begins with a byte order mark and has line breaks inside the token`.
  public var problem: String { Self.list(map(\.problem)) }

  private static func list(_ parts: [String]) -> String {
    guard let last = parts.last else { return "" }
    return parts.count == 1 ? last : parts.dropLast().joined(separator: ", ") + " and " + last
  }
}
