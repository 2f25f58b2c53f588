import Encodings
import JSON

/// Reads an object as programs print it: JSON, a dictionary of Python, an object of JavaScript, with or without
/// prefixes on its lines.
///
/// Its result only decides which answer is explained. It keeps only the members that answers have, so the result is
/// small whatever the text is. It counts its steps for a caller that limits them.
struct LooseReader {
  private let text: [UInt8]
  private(set) var position: Int
  /// The text before the object on its line, which may also be before its other lines.
  private let prefix: Range<Int>

  /// As deep as the strict reader goes.
  private static let mostDepth = 16
  private static let mostElements = 64
  /// No answer has a longer string. Without this limit, a missing quotation mark would swallow the rest.
  private static let longestString = 1 << 16

  /// Takes text that has an opening brace at a place.
  init(_ text: [UInt8], at brace: Int, lineStart: Int) {
    self.text = text
    position = brace
    prefix = lineStart..<min(brace, lineStart + 200)
  }

  /// The object, or nil for anything else; `position` is then where the reader stopped.
  mutating func object() -> JSONObject? { object(depth: 1) }

  private mutating func object(depth: Int) -> JSONObject? {
    guard depth <= Self.mostDepth, consume(UInt8(ascii: "{")) else { return nil }
    var object = JSONObject()
    skipSpace()
    while !consume(UInt8(ascii: "}")) {
      // An answer that was cut off still has the members before the cut.
      if position >= text.count { return object.members.isEmpty ? nil : object }
      guard let name = name() else { return nil }
      skipSpace()
      guard consume(UInt8(ascii: ":")) || consumeArrow() || consume(UInt8(ascii: "=")) else { return nil }
      skipSpace()
      guard let value = value(depth: depth + 1) else { return nil }
      // The first of two counts: an object of hundreds of members costs no more than the names that are kept.
      if Self.names.contains(name), object[name] == nil { object[name] = value }
      skipSpace()
      if consume(UInt8(ascii: ",")) || consume(UInt8(ascii: ";")) {
        skipSpace()
      } else if position < text.count, text[position] != UInt8(ascii: "}") {
        return nil
      }
    }
    return object
  }

  private mutating func array(depth: Int) -> JSONValue? {
    guard depth <= Self.mostDepth, consume(UInt8(ascii: "[")) else { return nil }
    var elements: [JSONValue] = []
    skipSpace()
    while !consume(UInt8(ascii: "]")) {
      if position >= text.count { break }
      guard let element = value(depth: depth + 1) else { return nil }
      if elements.count < Self.mostElements { elements.append(element) }
      skipSpace()
      if consume(UInt8(ascii: ",")) {
        skipSpace()
      } else if position < text.count, text[position] != UInt8(ascii: "]") {
        return nil
      }
    }
    return .array(elements)
  }

  private mutating func value(depth: Int) -> JSONValue? {
    guard position < text.count else { return .null }
    switch text[position] {
    case UInt8(ascii: "{"): return object(depth: depth).map { .object($0) }
    case UInt8(ascii: "["): return array(depth: depth)
    case let quote where Self.quotes.contains(quote): return string().map { .string($0) }
    default:
      // Python marks bytes and texts with a letter before the quotation mark.
      if ASCII.isLetter(text[position]), position + 1 < text.count, Self.quotes.contains(text[position + 1]) {
        position += 1
        return string().map { .string($0) }
      }
      return word()
    }
  }

  private static let quotes: [UInt8] = [UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`")]

  private mutating func name() -> ExactText? {
    guard position < text.count else { return nil }
    if Self.quotes.contains(text[position]) { return string() }
    let start = position
    while position < text.count, Self.isOfName(text[position]) { position += 1 }
    return position == start ? nil : String(validating: text[start..<position], as: UTF8.self).map { ExactText($0) }
  }

  private static func isOfName(_ byte: UInt8) -> Bool { ASCII.isLetterOrDigit(byte) || "_.-@$".utf8.contains(byte) }

  /// A number, or a word such as `None`, `true` or `undefined`.
  private mutating func word() -> JSONValue? {
    let start = position
    while position < text.count, Self.isOfName(text[position]) || text[position] == UInt8(ascii: "+") { position += 1 }
    guard position > start, let word = String(validating: text[start..<position], as: UTF8.self) else { return nil }
    return Int64(word).map { .integer($0) } ?? .null
  }

  /// One string, or several next to each other, as Python breaks a long one.
  private mutating func string() -> ExactText? {
    var content: [UInt8] = []
    repeat {
      guard let part = stringPart() else { return nil }
      content += part
      skipSpace()
    } while position < text.count && Self.quotes.contains(text[position]) && content.count < Self.longestString
    return String(validating: content, as: UTF8.self).map { ExactText($0) }
  }

  private mutating func stringPart() -> [UInt8]? {
    let quote = text[position]
    position += 1
    let start = position
    var content: [UInt8] = []
    while position < text.count {
      let byte = text[position]
      if byte == quote {
        position += 1
        // In YAML, an apostrophe inside a text between apostrophes is doubled.
        guard quote == UInt8(ascii: "'"), !content.isEmpty, position < text.count, text[position] == quote else {
          return content
        }
        content.append(quote)
        position += 1
      } else if let (scalar, next) = Escape.read(text, at: position) {
        if let scalar { content.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter) }
        position = next
      } else if byte == 0x0A {
        content.append(byte)
        position += 1
        skipPrefix()
      } else {
        content.append(byte)
        position += 1
      }
      if position - start > Self.longestString { return nil }
    }
    return content
  }

  // MARK: Moving on

  private mutating func consume(_ byte: UInt8) -> Bool {
    guard position < text.count, text[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func consumeArrow() -> Bool {
    guard text[position...].starts(with: "=>".utf8) else { return false }
    position += 2
    return true
  }

  private mutating func skipSpace() {
    while position < text.count, ASCII.isWhiteSpace(text[position]) {
      position += 1
      if text[position - 1] == 0x0A { skipPrefix() }
    }
  }

  /// Skips what a log, a box or a quotation writes before each line: the text before the object, or a mark.
  private mutating func skipPrefix() {
    if !prefix.isEmpty, text[position...].starts(with: text[prefix]) {
      position += prefix.count
      return
    }
    position = LinePrefix.end(text, at: position)
  }

  /// The members of an answer, under every known name.
  private static let names: Set<ExactText> = [
    "error", "odata.error", "code", "message", "value", "innerError", "innererror", "inner_error", "request-id",
    "client-request-id", "requestId", "date", "error_description", "error_codes", "timestamp", "trace_id",
    "correlation_id", "responses", "id", "status", "headers", "body", "Retry-After", "retry-after", "Date",
    "access_token", "Error", "Code", "Message",
  ]
}

/// The marks that a box, a quotation or a trace puts before a line.
enum LinePrefix {
  private static let marks: [[UInt8]] = ["│", "|", ">", "<", "┃"].map { Array($0.utf8) }

  /// The offset after blanks and the marks after them, or the offset itself if there is no mark.
  static func end(_ text: [UInt8], at start: Int) -> Int {
    var position = start
    var end = start
    while true {
      while position < text.count, text[position] == 0x20 || text[position] == 0x09 { position += 1 }
      guard let mark = marks.first(where: { text[position...].starts(with: $0) }) else { return end }
      position += mark.count
      if position < text.count, text[position] == 0x20 { position += 1 }
      end = position
    }
  }
}
