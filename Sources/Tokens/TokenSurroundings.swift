import Encodings
import Messages

/// The text around a token: quotation marks, a name, and the format.
struct TokenSurroundings {
  /// From the outside to the inside.
  let dropped: [DroppedText]

  private static let blanks = ["\u{0B}", "\u{0C}", "\u{A0}", "\u{FEFF}", "\u{200B}", "\\n", "\\r"]
    .map { Array($0.utf8) }
  private static let blanksBefore = blanks + [Array("%20".utf8), Array("+".utf8)]
  private static let schemes = ["Bearer", "PoP", "DPoP", "JWT", "Token"]
  private static let quotationMarks: [(opening: [String], closing: [String], part: DroppedText)] = [
    (
      ["\\\"", "\"", "%22", "\u{201C}", "\u{201E}", "\u{201D}", "\u{AB}", "\u{BB}"],
      ["\\\"", "\"", "%22", "\u{201D}", "\u{201C}", "\u{BB}", "\u{AB}"], .quotationMarks
    ),
    (
      ["\\'", "'", "%27", "\u{2018}", "\u{201A}", "\u{2019}", "\u{2039}"],
      ["\\'", "'", "%27", "\u{2019}", "\u{2018}", "\u{203A}"], .quotationMarks
    ),
    (["`"], ["`"], .backticks),
    (["<", "&lt;", "%3C"], [">", "&gt;", "%3E"], .angleBrackets),
  ]
  private static let longestName = 64
  /// The most marks and schemes to remove.
  private static let mostLayers = 12

  init(_ text: [UInt8], _ range: Range<Int>) {
    var inner: [DroppedText] = []
    var left = text[..<range.lowerBound]
    var right = text[range.upperBound...]
    if right.first == UInt8(ascii: "."), right.dropFirst().first != UInt8(ascii: ".") {
      right.removeFirst()
      inner.append(.fullStop)
    }
    // From the inside to the outside, as far as there are marks and schemes.
    var (hasBlanks, hasLineBreak) = (false, false)
    peeling: for layer in 0... {
      let bare = Self.trimmed(left)
      let isLast = layer == Self.mostLayers
      if !isLast, bare.count < left.count, let scheme = Self.scheme(at: bare) {
        left = bare.dropLast(scheme.utf8.count)
        inner.append(.scheme(scheme))
        continue
      }
      if !isLast, let rest = Self.withoutQuoteMarks(bare) {
        left = rest
        inner.append(.quoteMarks)
        continue
      }
      for marks in Self.quotationMarks where !isLast {
        guard let opening = marks.opening.first(where: { bare.ends(with: Array($0.utf8)) }) else { continue }
        left = bare.dropLast(opening.utf8.count)
        let rest = Self.trimmedAtStart(right)
        if let closing = marks.closing.first(where: { rest.starts(with: $0.utf8) }) {
          right = rest.dropFirst(closing.utf8.count)
        }
        if inner.last != marks.part { inner.append(marks.part) }
        continue peeling
      }
      // A mark that can only close.
      if let closing = ["\"", "'", "`", "\u{201D}", "\u{2019}"].first(where: { right.starts(with: $0.utf8) }),
        bare.isEmpty
      {
        right = right.dropFirst(closing.utf8.count)
        inner.append(closing == "`" ? .backticks : .quotationMarks)
      }
      hasBlanks = bare.count < left.count
      hasLineBreak = left[bare.endIndex...].contains { $0 == 0x0A || $0 == 0x0D }
      left = bare
      break
    }
    let rest = Self.trimmedAtStart(right)
    if left.isEmpty && rest.isEmpty {
      hasBlanks = hasBlanks || !right.isEmpty
      dropped = (hasBlanks ? [.whiteSpace] : []) + inner.reversed()
    } else {
      let context = Self.context(text, before: left, onSameLine: !hasLineBreak)
      // The marks of a JSON string are part of the JSON.
      if case .json? = context.last, inner.last == .quotationMarks { inner.removeLast() }
      dropped = context + inner.reversed()
    }
  }

  // MARK: What it is in

  private static func context(
    _ text: [UInt8], before left: ArraySlice<UInt8>, onSameLine isOnSameLine: Bool
  ) -> [DroppedText] {
    let whole = trimmedAtStart(text[...])
    let isCommand = ["curl", "http", "wget"].first { name in
      whole.starts(with: name.utf8) && (whole.dropFirst(name.utf8.count).first.map(ASCII.isWhiteSpace) ?? false)
    }
    var context: [DroppedText] = isCommand.map { [.command($0)] } ?? []
    switch name(before: left) {
    case .form(let name)?: context.append(.form(name))
    case .json(let name)?: context.append(.json(name))
    case .label(let name)? where isOnSameLine: context.append(.label(name))
    default:
      if context.isEmpty, let first = whole.first { context.append(isJSON(first) ? .json(nil) : .text) }
    }
    return context
  }

  private static func isJSON(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") }

  /// The marks between a name and its value; `isColon` is true for those of JSON and of headers, and false
  /// for those of forms.
  private static let separators: [(mark: [UInt8], isColon: Bool)] = [
    (Array(":".utf8), true), (Array("%3A".utf8), true), (Array("=".utf8), false), (Array("%3D".utf8), false),
  ]

  /// How the text before the token, and before its quotation mark, ends.
  private static func name(before left: ArraySlice<UInt8>) -> DroppedText? {
    guard let separator = separators.first(where: { left.ends(with: $0.mark) }) else { return nil }
    var rest = trimmed(left.dropLast(separator.mark.count))
    let isQuoted = rest.last == UInt8(ascii: "\"") || rest.last == UInt8(ascii: "'")
    if isQuoted {
      rest = rest.dropLast()
      if rest.last == UInt8(ascii: "\\") { rest = rest.dropLast() }
    }
    var characters: [UInt8] = []
    while let byte = rest.last, isOfName(byte), characters.count < longestName {
      characters.append(byte)
      rest = rest.dropLast()
    }
    guard !characters.isEmpty, let name = String(validating: characters.reversed(), as: UTF8.self) else { return nil }
    // The number of a line is not a name.
    if characters.allSatisfy(ASCII.isDigit) { return nil }
    if !separator.isColon { return .form(name) }
    return isQuoted ? .json(name) : .label(name)
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    ASCII.isLetterOrDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
  }

  private static func scheme(at text: ArraySlice<UInt8>) -> String? {
    schemes.first { name in
      let last = text.suffix(name.utf8.count)
      guard ASCII.isEqualIgnoringCase(last, name.utf8) else { return false }
      let rest = text.dropLast(name.utf8.count)
      return rest.last.map { !isOfName($0) } ?? true || trimmed(rest).count < rest.count
    }
  }

  // MARK: Blanks

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text
    while let last = text.last {
      if ASCII.isWhiteSpace(last) {
        text = text.dropLast()
      } else if let blank = blanksBefore.first(where: { text.ends(with: $0) }) {
        text = text.dropLast(blank.count)
      } else {
        break
      }
    }
    return text
  }

  private static func trimmedAtStart(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text
    while let first = text.first {
      if ASCII.isWhiteSpace(first) {
        text = text.dropFirst()
      } else if let blank = blanks.first(where: { text.starts(with: $0) }) {
        text = text.dropFirst(blank.count)
      } else {
        break
      }
    }
    return text
  }

  /// The text without the `>` at the beginning of its last line, if that line has nothing else.
  private static func withoutQuoteMarks(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var rest = text
    while let last = rest.last, last == UInt8(ascii: ">") || last == 0x20 || last == 0x09 { rest = rest.dropLast() }
    guard text.last == UInt8(ascii: ">"), rest.last.map({ $0 == 0x0A || $0 == 0x0D }) ?? true else { return nil }
    return rest
  }
}

extension ArraySlice<UInt8> {
  fileprivate func ends(with other: [UInt8]) -> Bool {
    count >= other.count && suffix(other.count).elementsEqual(other)
  }
}
