import Encodings

/// Finds an object or an array in a text that holds more than it: the lines of a command, or a header, before or after it.
///
/// It only finds where one begins and ends; the strict reader judges what lies between.
package enum JSONInText {
  /// Behind the bracket that closes the one at `start`; the end of the text where there is none.
  package static func endOfValue(_ text: [UInt8], from start: Int) -> Int {
    var depth = 0
    var isInString = false
    var index = start
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "\\") where isInString: index += 1
      case UInt8(ascii: "\""): isInString.toggle()
      case UInt8(ascii: "{") where !isInString, UInt8(ascii: "[") where !isInString: depth += 1
      case UInt8(ascii: "}") where !isInString, UInt8(ascii: "]") where !isInString:
        depth -= 1
        if depth == 0 { return index + 1 }
      default: break
      }
      index += 1
    }
    return text.count
  }

  /// Where the next value lies whose bracket is the first character of its line; nil if no line begins so.
  ///
  /// A line such as `[1]  + done` begins with a bracket, too: what is not JSON is for the caller to pass over.
  package static func next(in text: [UInt8], from start: Int = 0) -> Range<Int>? {
    var isAtStart = start == 0 || text[start - 1] == 0x0A
    for index in start..<max(start, text.count) {
      switch text[index] {
      case 0x0A: isAtStart = true
      case UInt8(ascii: "{") where isAtStart, UInt8(ascii: "[") where isAtStart:
        return index..<endOfValue(text, from: index)
      case _ where ASCII.isWhiteSpace(text[index]): break
      default: isAtStart = false
      }
    }
    return nil
  }
}
