import Encodings
import JSON
import Messages

/// Finds compact tokens inside other text, because people rarely paste the token alone.
///
/// It reads a text once and returns every `header.payload.signature` in it, with what was dropped to get there. It
/// verifies nothing. Code that judges the received bytes must not use it, because a service does not use it either.
///
///     for found in TokenFinder.tokens(in: text.span) {
///       let token = try UnverifiedToken(found.text.span)
///     }
public enum TokenFinder {
  /// A token, and what surrounded it.
  public struct Found: Sendable, Hashable {
    /// The token alone, in ASCII; padding and the other base64 alphabet are kept.
    public let text: [UInt8]
    /// What was dropped, from the outside to the inside; empty if the text is only the token.
    public let dropped: [DroppedText]

    public init(text: [UInt8], dropped: [DroppedText]) {
      self.text = text
      self.dropped = dropped
    }

    /// The name that it had in JSON or in a form, such as `client_assertion`.
    public var name: String? {
      for part in dropped {
        switch part {
        case .json(let name?), .form(let name): return name
        default: continue
        }
      }
      return nil
    }
  }

  /// The token of several that is meant, and how that was decided.
  public struct Choice: Sendable, Hashable {
    /// What made it that one.
    @nonexhaustive
    public enum Ground: Sendable, Hashable {
      /// It is the only one.
      case only
      /// Its name is one of those that were asked for.
      case name(String)
      /// It is of the kind that was asked for.
      case kind
      /// It comes before the others.
      case first
    }

    /// The token.
    public let token: Found
    /// Why it is that one.
    public let ground: Ground
    /// How many there were.
    public let count: Int
    /// The names of those that have one, in their order.
    public let names: [String]

    /// What is dropped to get at it: of several tokens the others, with all that is around them.
    public var dropped: [DroppedText] {
      if count == 1 { return token.dropped }
      let isFirst = ground == .first || token.name == nil
      return [.otherTokens(count, names: names, meant: isFirst ? nil : token.name)]
        + token.dropped.filter { !$0.isAround }
    }

    /// Says that there were others, about the text of this name; nil if there were none.
    public func note(about subject: String, kind: String = "") -> String? {
      let which: String
      switch ground {
      case .only: return nil
      case .name(let name): which = "the one called \(naming: name)"
      case .kind: which = kind
      case .first: which = "the first"
      }
      return "\(subject) holds \(count) tokens, and \(which) is taken"
    }
  }

  /// The token that is meant: under the first of these names that one of them has, else the first of the kind that is wanted, else
  /// the first; nil of none.
  public static func choice(
    among tokens: [Found], named names: [String], isOfKind: (Found) -> Bool = { _ in false }
  ) -> Choice? {
    guard let first = tokens.first else { return nil }
    let all = tokens.compactMap(\.name)
    func choice(_ token: Found, _ ground: Choice.Ground) -> Choice {
      Choice(token: token, ground: ground, count: tokens.count, names: all)
    }
    if tokens.count == 1 { return choice(first, .only) }
    for name in names {
      let named = tokens.first { $0.name?.utf8.elementsEqual(name.utf8) ?? false }
      if let named { return choice(named, .name(name)) }
    }
    if let fitting = tokens.first(where: isOfKind) { return choice(fitting, .kind) }
    return choice(first, .first)
  }

  /// The most tokens to list; the rest is skipped.
  public static let mostTokens = 32

  /// Every token in the text, in order. The work depends on the length of the text alone.
  public static func tokens(in text: Span<UInt8>) -> [Found] {
    let decoded = DecodedText(text)
    let found = tokens(in: decoded)
    if !found.isEmpty { return found }
    return unencoded(decoded.bytes).map { inner in
      tokens(in: DecodedText(inner)).map { Found(text: $0.text, dropped: [.base64] + $0.dropped) }
    } ?? []
  }

  /// The text whose base64 another one is and nothing else, where it begins as that of a token or of JSON does.
  private static func unencoded(_ text: [UInt8]) -> [UInt8]? {
    let characters = text.filter { !ASCII.isWhiteSpace($0) }
    guard ["ZXlK", "QmVhcmVy", "ImV5", "ey", "ew"].contains(where: { characters.starts(with: $0.utf8) }),
      characters.count > 64
    else { return nil }
    return try? Base64.url.decodeReportingIrregularities(characters.span).bytes
  }

  private static func tokens(in decoded: DecodedText) -> [Found] {
    let marks: [DroppedText] = (decoded.hasMark ? [.byteOrderMark] : []) + (decoded.isUTF16 ? [.utf16] : [])
    var scanner = TokenScanner(decoded.bytes)
    var found: [Found] = []
    while found.count < mostTokens, let candidate = scanner.next() {
      let around = TokenSurroundings(decoded.bytes, candidate.range)
      var dropped: [DroppedText] = []
      for part in marks + around.dropped + candidate.dropped where !dropped.contains(part) {
        dropped.append(part)
      }
      found.append(Found(text: candidate.text, dropped: dropped))
    }
    return found
  }
}
