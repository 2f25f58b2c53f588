import Encodings
import Messages
internal import Signing
import System

/// PEM whose line breaks were lost in an environment variable, an editor, JSON or another system, and how far that can
/// be undone.
extension PEMText {
  private static let backslash = UInt8(ascii: "\\")

  /// True for a line that begins a block and goes on after the label, perhaps with the whole block.
  ///
  /// An environment variable, a secret editor or JSON makes such text.
  static func runsOn(_ line: Range<Int>, in bytes: Span<UInt8>) -> Bool {
    endOfLabel(line, in: bytes).map { $0 < line.upperBound } ?? false
  }

  /// The part of a line after the label of a block; nil for a line that does not begin a block.
  private static func endOfLabel(_ line: Range<Int>, in bytes: Span<UInt8>) -> Int? {
    guard line.count > begin.count + dashes.count, matches(begin, in: bytes, at: line.lowerBound) else { return nil }
    return (line.lowerBound + begin.count...line.upperBound - dashes.count).first {
      matches(dashes, in: bytes, at: $0)
    }.map { $0 + dashes.count }
  }

  /// It reveals nothing of the text between the dashes.
  static func lostLineBreaks(in line: Range<Int>, of bytes: Span<UInt8>, _ subject: String) -> KeyError {
    let escape = Array(#"\n"#.utf8)
    if (line.lowerBound..<line.upperBound - escape.count).contains(where: { matches(escape, in: bytes, at: $0) }) {
      return .malformedPEM(
        subject, #"it holds the two characters \n instead of line breaks"#, hint: "undo them in a copy: printf %b")
    }
    return .malformedPEM(
      subject, "its line breaks are missing, or have become spaces",
      hint: "copy the file itself: if an environment variable or an editor has joined its lines, it is not PEM any more"
    )
  }

  /// True for text with the beginning of a block somewhere on a line, as in a file of settings.
  static func beginsInsideLine(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count >= begin.count else { return false }
    return (0...bytes.count - begin.count).contains { matches(begin, in: bytes, at: $0) }
  }

  /// The text with line breaks for each `\n` and `\r`, if one of them directly follows the label of a block; otherwise
  /// nil.
  ///
  /// Base64 has no backslash, so it cannot be part of a key.
  static func undoingEscapes(_ bytes: Span<UInt8>) -> SecretBytes? {
    var position = start(of: bytes)
    while let line = line(in: bytes, at: position) {
      position = line.end
      guard let end = endOfLabel(line.contents, in: bytes), end < line.contents.upperBound else { continue }
      return isEscape(at: end, in: bytes) ? undone(bytes) : nil
    }
    return nil
  }

  /// True for one or more backslashes and then `n` or `r`.
  private static func isEscape(at start: Int, in bytes: Span<UInt8>) -> Bool {
    let end = bytes.endOfRun(of: backslash, from: start)
    return end > start && end < bytes.count && (bytes[end] == UInt8(ascii: "n") || bytes[end] == UInt8(ascii: "r"))
  }

  private static func undone(_ bytes: Span<UInt8>) -> SecretBytes {
    var text = SecretBytes(capacity: bytes.count)
    var index = 0
    while index < bytes.count {
      if isEscape(at: index, in: bytes) {
        index = bytes.endOfRun(of: backslash, from: index) + 1
        // `\r\n` is one line break: an empty line would end a header.
        if bytes[index - 1] == UInt8(ascii: "n") || !isEscape(at: index, in: bytes) { text.append(UInt8(ascii: "\n")) }
      } else {
        text.append(bytes[index])
        index += 1
      }
    }
    return text
  }

  /// The text with line feeds instead of carriage returns, for a file that has only those; otherwise nil.
  static func undoingCarriageReturns(_ bytes: Span<UInt8>) -> SecretBytes? {
    let (carriageReturn, lineFeed) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
    guard bytes.firstOffset(of: carriageReturn, from: 0) != nil, bytes.firstOffset(of: lineFeed, from: 0) == nil else {
      return nil
    }
    var text = SecretBytes(capacity: bytes.count)
    for index in bytes.indices { text.append(bytes[index] == carriageReturn ? lineFeed : bytes[index]) }
    return text
  }

  /// The text without white space at the beginning of lines; nil if there is no block even then.
  static func undoingIndentation(_ bytes: Span<UInt8>) -> SecretBytes? {
    let lineFeed = UInt8(ascii: "\n")
    var text = SecretBytes(capacity: bytes.count)
    var isAtStart = true
    for index in bytes.indices {
      if isAtStart && ASCII.isWhiteSpace(bytes[index]) && bytes[index] != lineFeed { continue }
      text.append(bytes[index])
      isAtStart = bytes[index] == lineFeed
    }
    guard text.withBytes({ text in begins(in: text) }) else { return nil }
    return text
  }
}
