import Signing

// Strings (RFC 8259, section 7).
extension JSONReader {
  /// Reads from the quotation mark that opens the string to behind the one that closes it.
  mutating func string(_ text: Span<UInt8>) throws(JSONError) -> JSONString {
    position += 1
    let start = position
    skipPlainCharacters(text)
    guard position < text.count else { throw syntax("a string is not closed") }
    switch text[position] {
    case UInt8(ascii: "\""):
      let string = try Self.validated(text.extracting(start..<position), at: start)
      position += 1
      return string
    case UInt8(ascii: "\\"): return try escapedString(text, from: start)
    default: throw syntax("a control character stands unescaped in a string")
    }
  }

  /// Moves to the next quotation mark, backslash or control character, or to the end.
  private mutating func skipPlainCharacters(_ text: Span<UInt8>) {
    let quotes = ByteWord.repeating(UInt8(ascii: "\""))
    let backslashes = ByteWord.repeating(UInt8(ascii: "\\"))
    while let word = text.word(at: position) {
      let marks =
        ByteWord.zeroBytes(word ^ quotes) | ByteWord.zeroBytes(word ^ backslashes) | ByteWord.bytesBelow(0x20, word)
      if let place = ByteWord.firstMarked(marks) {
        position += place
        return
      }
      position += 8
    }
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0..<0x20: return
      default: position += 1
      }
    }
  }

  /// Goes on from the first backslash, unescaping into a buffer.
  private mutating func escapedString(_ text: Span<UInt8>, from start: Int) throws(JSONError) -> JSONString {
    var unescaped = [UInt8](copying: text.extracting(start..<position))
    while position < text.count {
      let byte = text[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return try Self.validated(unescaped.span, at: start)
      case UInt8(ascii: "\\"): try unescape(text, into: &unescaped)
      case 0..<0x20:
        throw JSONError(.syntax, "a control character stands unescaped in a string", at: position - 1)
      default:
        // Up to the next character that is not plain, all at once.
        let start = position - 1
        skipPlainCharacters(text)
        unescaped.append(copying: text.extracting(start..<position))
      }
    }
    throw syntax("a string is not closed")
  }

  private mutating func unescape(_ text: Span<UInt8>, into unescaped: inout [UInt8]) throws(JSONError) {
    guard position < text.count else { throw syntax("a string is not closed") }
    let escape = text[position]
    position += 1
    switch escape {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(escape)
    case UInt8(ascii: "b"): unescaped.append(0x08)
    case UInt8(ascii: "f"): unescaped.append(0x0C)
    case UInt8(ascii: "n"): unescaped.append(0x0A)
    case UInt8(ascii: "r"): unescaped.append(0x0D)
    case UInt8(ascii: "t"): unescaped.append(0x09)
    case UInt8(ascii: "u"):
      guard let scalar = Unicode.Scalar(try codePoint(text)) else {
        throw JSONError(.loneSurrogate, "an escape is half of a surrogate pair", at: position - 6)
      }
      if scalar.isASCII {
        unescaped.append(UInt8(truncatingIfNeeded: scalar.value))
      } else {
        unescaped.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    default: throw JSONError(.syntax, "no such escape", at: position - 2)
    }
  }

  /// Reads the digits of `\u`, and a second escape when the first is a high surrogate.
  private mutating func codePoint(_ text: Span<UInt8>) throws(JSONError) -> UInt32 {
    let first = try hexadecimal(text)
    guard (0xD800...0xDBFF).contains(first) else { return first }
    guard position + 1 < text.count, text[position] == UInt8(ascii: "\\"), text[position + 1] == UInt8(ascii: "u")
    else {
      return first
    }
    position += 2
    let second = try hexadecimal(text)
    guard (0xDC00...0xDFFF).contains(second) else { return first }
    return 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
  }

  private mutating func hexadecimal(_ text: Span<UInt8>) throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard position < text.count else { throw syntax("a string is not closed") }
      let byte = text[position]
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte & 0x0F)
      case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
        value = value << 4 | UInt32(byte & 0x0F + 9)
      default: throw syntax("an escape \\u needs four hexadecimal digits")
      }
      position += 1
    }
    return value
  }

  static func validated(_ bytes: Span<UInt8>, at offset: Int) throws(JSONError) -> JSONString {
    do {
      return JSONString(String(copying: try UTF8Span(validating: bytes)))
    } catch {
      throw JSONError(.invalidEncoding, "a string is not valid UTF-8", at: offset)
    }
  }
}
