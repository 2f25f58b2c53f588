import Encodings

// Strings (RFC 8259, section 7).
extension JSONReader {
  /// Reads from the quotation mark that opens the string to behind the one that closes it.
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
    default: throw syntax("a control character stands unescaped in a string")
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
