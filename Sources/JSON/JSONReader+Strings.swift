import Encodings

// Strings (RFC 8259, section 7).
extension JSONReader {
  /// Reads from after the quotation mark that opens the string to after the one that closes it.
  mutating func string(_ text: Span<UInt8>) throws(JSONError) -> JSONNode.Slice {
    position += 1
    let start = position
    position = Self.endOfPlainCharacters(text, from: start)
    guard position < text.count else { throw syntax("a string is not closed") }
    switch text[position] {
    case UInt8(ascii: "\""):
      position += 1
      return JSONNode.Slice(from: start, to: position - 1)
    case UInt8(ascii: "\\"):
      var unescaping = JSONUnescaping(position: position)
      try unescaping.run(text, over: &characters)
      position = unescaping.position
      return JSONNode.Slice(from: start, to: unescaping.end)
    default: throw syntax("a string has an unescaped control character")
    }
  }

  /// The place of the next quotation mark, backslash or control character, or the end.
  private static func endOfPlainCharacters(_ text: Span<UInt8>, from start: Int) -> Int {
    var index = start
    while let word = text.word(at: index) {
      if let place = ByteWord.firstMarked(JSONUnescaping.special(word)) { return index + place }
      index += 8
    }
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0..<0x20: return index
      default: index += 1
      }
    }
    return index
  }
}

/// Reads a string from its first backslash on, and writes the unescaped form over it: no escape is shorter than what it
/// stands for.
struct JSONUnescaping {
  /// The place to read next; in the end, the place after the quotation mark.
  private(set) var position: Int
  /// The end of the part that is written.
  private(set) var end: Int

  init(position: Int) {
    self.position = position
    end = position
  }

  /// Reads on in `text`; `characters` is its copy, which is overwritten.
  mutating func run(_ text: Span<UInt8>, over characters: inout [UInt8]) throws(JSONError) {
    var output = characters.mutableSpan
    while position < text.count {
      let byte = text[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"): try unescape(text, into: &output)
      case 0..<0x20: throw JSONError(.syntax, "a string has an unescaped control character", at: position)
      default: copyPlainCharacters(text, into: &output)
      }
    }
    throw unclosed
  }

  /// Marks quotation marks, backslashes and control characters, as `ByteWord` does.
  @inline(__always)
  static func special(_ word: UInt64) -> UInt64 {
    ByteWord.zeroBytes(word ^ ByteWord.repeating(UInt8(ascii: "\"")))
      | ByteWord.zeroBytes(word ^ ByteWord.repeating(UInt8(ascii: "\\"))) | ByteWord.bytesBelow(0x20, word)
  }

  /// Copies one plain character, and then whole words while they are plain.
  @inline(__always)
  private mutating func copyPlainCharacters(_ text: Span<UInt8>, into output: inout MutableSpan<UInt8>) {
    output[end] = text[position]
    position += 1
    end += 1
    // The place to write is never beyond the place to read.
    while let word = text.word(at: position), Self.special(word) == 0 {
      var bytes = unsafe output.mutableBytes
      // The word is within the text, of which this is a copy, and `end` is before `position`.
      unsafe bytes.storeBytes(of: word.littleEndian, toUncheckedByteOffset: end, as: UInt64.self)
      position += 8
      end += 8
    }
  }

  @inline(__always)
  private mutating func unescape(_ text: Span<UInt8>, into output: inout MutableSpan<UInt8>) throws(JSONError) {
    guard position + 1 < text.count else {
      position = text.count
      throw unclosed
    }
    let escape = text[position + 1]
    let character: UInt8
    switch escape {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): character = escape
    case UInt8(ascii: "b"): character = 0x08
    case UInt8(ascii: "f"): character = 0x0C
    case UInt8(ascii: "n"): character = 0x0A
    case UInt8(ascii: "r"): character = 0x0D
    case UInt8(ascii: "t"): character = 0x09
    case UInt8(ascii: "u"): return try unescapeCodePoint(text, into: &output)
    default: throw JSONError(.syntax, "no such escape", at: position)
    }
    output[end] = character
    position += 2
    end += 1
  }

  private mutating func unescapeCodePoint(
    _ text: Span<UInt8>, into output: inout MutableSpan<UInt8>
  ) throws(JSONError) {
    position += 2
    guard let scalar = Unicode.Scalar(try codePoint(text)) else {
      throw JSONError(.loneSurrogate, "an escape is half of a surrogate pair", at: position - 6)
    }
    if scalar.isASCII {
      output[end] = UInt8(truncatingIfNeeded: scalar.value)
      end += 1
    } else {
      for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
        output[end] = byte
        end += 1
      }
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
      guard position < text.count else { throw unclosed }
      guard let digit = Hexadecimal.value(text[position]) else {
        throw JSONError(.syntax, "an escape \\u needs four hexadecimal digits", at: position)
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  private var unclosed: JSONError { JSONError(.syntax, "a string is not closed", at: position) }
}
