import Encodings
import JSON

/// Reads a text from its beginning to its end and stops at each compact token.
///
/// A token begins with `ey` or `ew`, the base64url of `{"` and of `{` before white space, at the beginning of a word,
/// and its header decodes to text that begins with a brace. Line breaks and spaces inside it are skipped, with the
/// marks of quoted mail at the beginning of lines. It looks at every byte a fixed number of times.
struct TokenScanner {
  /// One token, its place, and what was dropped from its inside.
  struct Candidate {
    let text: [UInt8]
    let range: Range<Int>
    let dropped: [DroppedText]
  }

  private let text: [UInt8]
  private var index = 0
  private var isInWord = false

  init(_ text: [UInt8]) { self.text = text }

  /// The shortest header to read: `{"alg":"x"}` has more.
  private static let leastHeader = 8
  /// From this many base64url digits on, a signature is complete.
  private static func wholeSignatures(_ algorithm: String) -> [Int] {
    switch algorithm {
    case "HS256": [43]
    case "HS384": [64]
    case "HS512", "ES256", "ES256K", "EdDSA": [86]
    case "ES384": [128]
    case "ES512": [176]
    // RSA of 2048, 3072, 4096 and 8192 bits.
    default: [342, 512, 683, 1366]
    }
  }
  /// A shorter line is not taken for the continuation of a token that has not been wrapped before.
  private static let leastLine = 20

  /// The next token, or nil at the end of the text.
  mutating func next() -> Candidate? {
    while index < text.count {
      if !isInWord, beginsToken(at: index) {
        if let candidate = read() { return candidate }
      } else {
        let unit = TextUnit(text, at: index)
        isInWord = unit.isOfWord
        index += unit.count
      }
    }
    return nil
  }

  private func beginsToken(at place: Int) -> Bool {
    place + 2 < text.count && text[place] == UInt8(ascii: "e")
      && (text[place + 1] == UInt8(ascii: "y") || text[place + 1] == UInt8(ascii: "w"))
      && TextUnit.isDigit(text[place + 2])
  }

  /// The parts of one token that have been collected.
  private struct Collected {
    var text: [UInt8] = []
    var dotCount = 0
    /// Where the last segment begins in `text`.
    var segment = 0
    var wholeSignatures: [Int] = []
    /// Where the line begins in `text`, and the length of the longest line before it in characters.
    var line = 0
    var longestLine = 0
    var hasLineBreaks = false
    var hasQuoteMarks = false
    var hasLineNumbers = false
    var hasPieces = false
    /// The number of the line that was read last, if lines are numbered.
    var lineNumber: Int?
    /// The quotation mark before the token.
    var mark: UInt8?
    var hasSpaces = false
    var hasInvisible = false
    var hasPercent = false
    var hasBackslash = false

    /// The digits of the last segment, without padding.
    var digitCount: Int { text.count - segment - text.suffix(2).count { $0 == UInt8(ascii: "=") } }

    var dropped: [DroppedText] {
      var dropped: [DroppedText] = []
      if hasLineBreaks { dropped.append(.lineBreaks) }
      if hasQuoteMarks { dropped.append(.quoteMarks) }
      if hasLineNumbers { dropped.append(.lineNumbers) }
      if hasPieces { dropped.append(.pieces) }
      if hasSpaces { dropped.append(.spaces) }
      if hasInvisible { dropped.append(.invisibleCharacters) }
      if hasPercent { dropped.append(.percentEscapes) }
      if hasBackslash { dropped.append(.backslashEscapes) }
      return dropped
    }

    mutating func note(_ spelling: TextUnit.Spelling) {
      switch spelling {
      case .plain: break
      case .percent: hasPercent = true
      case .backslash: hasBackslash = true
      }
    }
  }

  /// Reads a token from `index`, or moves past text that is not one.
  private mutating func read() -> Candidate? {
    let start = index
    var end = index
    var token = Collected()
    token.text.reserveCapacity(1024)
    token.lineNumber = lineNumber(before: start)
    token.mark = start > 0 && Self.isQuotation(text[start - 1]) ? text[start - 1] : nil
    reading: while index < text.count {
      let unit = TextUnit(text, at: index)
      switch unit.kind {
      case .character(UInt8(ascii: ".")):
        if token.dotCount == 0 {
          guard let algorithm = algorithm(ofHeader: token.text) else { return giveUp(inWord: true) }
          token.wholeSignatures = Self.wholeSignatures(algorithm)
        }
        // A token that was shortened for display has only dots after its header.
        if token.dotCount == 1, token.text.count == token.segment { return giveUp(inWord: true) }
        if token.dotCount >= 2 {
          // A fourth segment means another kind of token. A dot with nothing after it ends a sentence.
          let following = TextUnit(text, at: index + unit.count)
          guard case .character(let byte) = following.kind, TextUnit.isDigit(byte) else { break reading }
        }
        token.dotCount += 1
        token.text.append(UInt8(ascii: "."))
        token.segment = token.text.count
      case .character(let byte):
        // Text after padding inside a segment is something else: `name=eyJ…`.
        if token.text.last == UInt8(ascii: "="), byte != UInt8(ascii: "=") {
          if token.dotCount < 2 { return giveUp(inWord: false) }
          break reading
        }
        token.text.append(byte)
      case .invisible: token.hasInvisible = true
      case .space, .lineBreak:
        let gap = gap(from: index, behindLine: token.lineNumber)
        guard continues(token, behind: gap) else {
          if token.dotCount < 2 { return giveUp(at: gap.end) }
          break reading
        }
        if gap.hasLineBreak {
          token.hasLineBreaks = true
          // In quoted-printable, an equals sign at the end of a line means that the line goes on.
          if token.text.last == UInt8(ascii: "=") { token.text.removeLast() }
          token.longestLine = max(token.longestLine, token.text.count - token.line)
          token.line = token.text.count
        } else {
          token.hasSpaces = true
        }
        if gap.hasQuoteMarks { token.hasQuoteMarks = true }
        if gap.lineNumber != token.lineNumber { (token.hasLineNumbers, token.lineNumber) = (true, gap.lineNumber) }
        token.note(gap.spelling)
        index = gap.end
        continue reading
      case .other:
        if let next = nextPiece(of: token, from: index) {
          token.hasPieces = true
          index = next
          continue reading
        }
        if token.dotCount < 2 { return giveUp(inWord: false) }
        break reading
      }
      token.note(unit.spelling)
      index += unit.count
      if unit.kind != .invisible { end = index }
      if token.text.count > Limits.byteCount { return giveUp(inWord: true) }
    }
    isInWord = true
    guard token.dotCount == 2 else { return nil }
    return Candidate(text: token.text, range: start..<end, dropped: token.dropped)
  }

  /// Continues the search here; `isInWord` says whether a word goes on.
  private mutating func giveUp(inWord isInWord: Bool) -> Candidate? {
    self.isInWord = isInWord
    if isInWord { index += 1 }
    return nil
  }

  private mutating func giveUp(at place: Int) -> Candidate? {
    index = place
    isInWord = false
    return nil
  }

  /// Nil if it is not a header; empty if its `alg` cannot be read.
  private func algorithm(ofHeader segment: [UInt8]) -> String? {
    guard segment.count >= Self.leastHeader,
      let bytes = try? Base64.url.decodeReportingIrregularities(segment.span).bytes, bytes.first == UInt8(ascii: "{")
    else { return nil }
    // In any other text with those digits, the second character differs.
    guard let second = bytes.dropFirst().first, second == UInt8(ascii: "\"") || ASCII.isWhiteSpace(second) else {
      return nil
    }
    return (try? JSONReader.object(bytes, within: .header))?["alg"]?.string?.text ?? ""
  }

  // MARK: White space inside a token

  /// Skips white space, and the marks at the beginning of a line of quoted mail.
  private struct Gap {
    var end: Int
    var hasLineBreak = false
    var hasQuoteMarks = false
    /// The number at the beginning of the line that it ends in; else that of the line before it.
    var lineNumber: Int?
    var spelling = TextUnit.Spelling.plain
  }

  /// With `behindLine`, the number of the next line is part of the gap.
  private func gap(from start: Int, behindLine number: Int? = nil) -> Gap {
    var gap = Gap(end: start)
    gap.lineNumber = number
    while gap.end < text.count {
      let unit = TextUnit(text, at: gap.end)
      switch unit.kind {
      case .space, .invisible: break
      case .lineBreak: gap.hasLineBreak = true
      case .other where gap.hasLineBreak && text[gap.end] == UInt8(ascii: ">"): gap.hasQuoteMarks = true
      case .character where gap.hasLineBreak && gap.lineNumber == number && number != nil:
        guard let next = numberedLine(at: gap.end), next.number == (number ?? 0) + 1 else { return gap }
        gap.lineNumber = next.number
        gap.end = next.end
        continue
      default: return gap
      }
      gap.end += unit.count
      if unit.spelling != .plain { gap.spelling = unit.spelling }
    }
    return gap
  }

  /// True if the token goes on after the gap.
  private func continues(_ token: Collected, behind gap: Gap) -> Bool {
    guard gap.end < text.count, case .character = TextUnit(text, at: gap.end).kind else { return false }
    let isOfNext = beginsToken(at: gap.end)
    if token.dotCount < 2 { return !isOfNext || token.text.last == UInt8(ascii: ".") }
    if isOfNext || token.wholeSignatures.contains(token.digitCount) { return false }
    guard gap.hasLineBreak || token.hasSpaces else { return false }
    let count = digitCount(from: gap.end, isSpaced: token.hasSpaces)
    // Mail programs break lines behind hyphens, and a signature has some.
    if gap.hasLineBreak, token.text.last == UInt8(ascii: "-") { return count > 0 }
    // The last line is as long as the others, or ends the token, unless the signature is not whole without the next one.
    if token.text.count - token.line < token.longestLine {
      let whole = token.digitCount + count
      return token.wholeSignatures.contains(whole)
        || count >= Self.leastLine && whole < token.wholeSignatures.max() ?? 0
    }
    return count >= (token.hasLineBreaks || token.hasSpaces ? 1 : Self.leastLine)
  }

  /// The number of digits from there to the end of the line or of the token; 0 if there is anything else.
  ///
  /// If there are spaces inside the token, another may follow.
  private func digitCount(from start: Int, isSpaced: Bool) -> Int {
    var place = start
    var count = 0
    while place < text.count {
      let unit = TextUnit(text, at: place)
      switch unit.kind {
      case .character(UInt8(ascii: ".")): return 0
      case .character: count += 1
      case .invisible: break
      case .lineBreak: return count
      case .space:
        let gap = gap(from: place)
        return isSpaced || gap.hasLineBreak || gap.end == text.count ? count : 0
      case .other: return count
      }
      place += unit.count
      // A line of a token is never longer than the token.
      if count > Limits.byteCount { return 0 }
    }
    return count
  }

  // MARK: Numbered lines

  /// The number of the line that a token begins, if nothing else is before it; nil for any other token.
  private func lineNumber(before start: Int) -> Int? {
    let line = text[..<start].suffix(Self.longestNumber).lastIndex { $0 == 0x0A || $0 == 0x0D }.map { $0 + 1 }
    guard line != nil || start <= Self.longestNumber, let found = numberedLine(at: line ?? 0), found.end == start else {
      return nil
    }
    return found.number
  }

  private static let longestNumber = 16

  /// `12: `, `12| ` or `   12<tab>`, as editors, `grep -n` and `cat -n` number lines, and where the line goes on.
  private func numberedLine(at start: Int) -> (number: Int, end: Int)? {
    var place = start
    func skipBlanks() { while place < text.count, text[place] == 0x20 || text[place] == 0x09 { place += 1 } }
    skipBlanks()
    let digits = text[place...].prefix(7).prefix(while: ASCII.isDigit)
    guard (1...6).contains(digits.count), let number = Int(String(validating: digits, as: UTF8.self) ?? "") else {
      return nil
    }
    place = digits.endIndex
    if place < text.count, ":|)".utf8.contains(text[place]) { place += 1 }
    let blank = place
    skipBlanks()
    return place > blank ? (number, place) : nil
  }

  // MARK: Pieces in source code

  private static func isQuotation(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
  }

  /// Where the next piece of a text begins that source code has in several, from the closing mark of the one before: behind a
  /// sign that joins texts, or a line break, and the same mark again. Nil if the text ends.
  private func nextPiece(of token: Collected, from start: Int) -> Int? {
    guard let mark = token.mark, text[start] == mark else { return nil }
    if token.dotCount == 2, token.wholeSignatures.contains(token.digitCount) { return nil }
    var place = start + 1
    var isJoined = false
    while place < text.count, place - start < Self.longestJoint {
      switch text[place] {
      case mark:
        guard isJoined, place + 1 < text.count,
          TextUnit.isDigit(text[place + 1]) || text[place + 1] == UInt8(ascii: ".")
        else { return nil }
        return place + 1
      case 0x0A, UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "&"): isJoined = true
      case UInt8(ascii: "\\"), UInt8(ascii: "_"),
        _ where ASCII.isWhiteSpace(text[place]):
        break
      default: return nil
      }
      place += 1
    }
    return nil
  }

  private static let longestJoint = 200
}
