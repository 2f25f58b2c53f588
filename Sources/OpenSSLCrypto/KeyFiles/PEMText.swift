import Encodings
import Messages
internal import Signing
import System

/// Text with blocks between `-----BEGIN …-----` and `-----END …-----` (RFC 7468); whatever stands around them is passed over.
///
/// Read here and not by OpenSSL, which takes or refuses an encrypted key by the length of its lines.
enum PEMText {
  private static let dashes = Array("-----".utf8)
  private static let begin = Array("-----BEGIN ".utf8)
  private static let end = Array("-----END ".utf8)

  /// True when a line begins a block.
  static func begins(in bytes: Span<UInt8>) -> Bool {
    var position = start(of: bytes)
    while let line = line(in: bytes, at: position) {
      if label(of: line.contents, after: begin, in: bytes) != nil || runsOn(line.contents, in: bytes) { return true }
      position = line.end
    }
    return false
  }

  /// Lends each block in turn.
  ///
  /// Throws `malformed-pem` for a block that does not end, or is not base64 without a fault, and what `body` throws.
  static func forEachBlock(
    in bytes: Span<UInt8>, of subject: String, _ body: (borrowing PEMBlock) throws(KeyError) -> Void
  ) throws(KeyError) {
    var position = start(of: bytes)
    while let line = line(in: bytes, at: position) {
      position = line.end
      if runsOn(line.contents, in: bytes) { throw lostLineBreaks(in: line.contents, of: bytes, subject) }
      guard let label = label(of: line.contents, after: begin, in: bytes) else { continue }
      let block = try block(label, in: bytes, from: &position, of: subject)
      try body(block)
    }
  }

  /// The bytes behind standard base64 (RFC 4648, section 4), at least one, in memory that is wiped; nil for anything else.
  ///
  /// White space may stand anywhere, as in the lax grammar of RFC 7468, section 3; nothing else may differ from the one
  /// canonical spelling.
  static func decoded(base64 text: Span<UInt8>) -> SecretBytes? {
    // That grammar alone takes vertical tabs and form feeds for white space.
    if text.indices.contains(where: { rareWhiteSpace.contains(text[$0]) }) {
      let spaced = unsafe SecretBytes(capacity: text.count) { memory in
        for index in text.indices {
          unsafe memory[index] = rareWhiteSpace.contains(text[index]) ? UInt8(ascii: " ") : text[index]
        }
        return text.count
      }
      return spaced.withBytes { text in decoded(base64: text) }
    }
    guard let bytes = try? SecretBytes(decoding: text, as: .standard, tolerating: [.whitespace]), !bytes.isEmpty else {
      return nil
    }
    return bytes
  }

  private static let rareWhiteSpace: [UInt8] = [0x0B, 0x0C]

  /// Reads what follows the first line of a block, and moves behind its last.
  private static func block(
    _ label: String, in bytes: Span<UInt8>, from position: inout Int, of subject: String
  ) throws(KeyError) -> PEMBlock {
    let name = PEMLabel.name(label)
    let header = try header(in: bytes, from: &position, of: subject)
    let start = position
    while let line = line(in: bytes, at: position) {
      if self.label(of: line.contents, after: begin, in: bytes) != nil { break }
      if let ending = self.label(of: line.contents, after: end, in: bytes) {
        guard ending.utf8.elementsEqual(label.utf8) else {
          throw .malformedPEM(subject, "\(name) ends as \(PEMLabel.name(ending))")
        }
        guard let contents = decoded(base64: bytes.extracting(start..<position)) else {
          throw .malformedPEM(subject, "\(name) is empty, or is not base64")
        }
        position = line.end
        return PEMBlock(label: label, header: header, contents: contents)
      }
      position = line.end
    }
    throw .malformedPEM(subject, "\(name) has no end")
  }

  /// True for a line that begins a block and goes on behind the dashes after its label, with all of the block perhaps.
  ///
  /// An environment variable, a secret editor or JSON makes such text.
  private static func runsOn(_ line: Range<Int>, in bytes: Span<UInt8>) -> Bool {
    guard line.count > begin.count + dashes.count, matches(begin, in: bytes, at: line.lowerBound) else { return false }
    let first = (line.lowerBound + begin.count...line.upperBound - dashes.count).first {
      matches(dashes, in: bytes, at: $0)
    }
    return first.map { $0 < line.upperBound - dashes.count } ?? false
  }

  /// Says nothing of what is between the dashes.
  private static func lostLineBreaks(in line: Range<Int>, of bytes: Span<UInt8>, _ subject: String) -> KeyError {
    let escape = Array(#"\n"#.utf8)
    if (line.lowerBound..<line.upperBound - escape.count).contains(where: { matches(escape, in: bytes, at: $0) }) {
      return .malformedPEM(
        subject, #"it holds the two characters \n where line breaks belong"#, hint: "undo them in a copy: printf %b")
    }
    return .malformedPEM(
      subject, "its line breaks are missing, or have become spaces",
      hint: "copy the file itself; one that an environment variable or an editor has joined is not PEM any more")
  }

  /// The lines up to an empty one, when the first has a colon, which base64 never has.
  private static func header(in bytes: Span<UInt8>, from position: inout Int, of subject: String) throws(KeyError)
    -> String
  {
    guard let first = line(in: bytes, at: position), first.contents.contains(where: { bytes[$0] == UInt8(ascii: ":") })
    else {
      return ""
    }
    var header = ""
    while let line = line(in: bytes, at: position) {
      position = line.end
      if line.contents.isEmpty { return header }
      guard let text = String(validating: line.contents.map { bytes[$0] }, as: UTF8.self) else { break }
      header += text + "\n"
    }
    throw .malformedPEM(subject, "its header is not text, or no empty line ends it")
  }

  /// What stands between the prefix and the last dashes, or nil for any other line.
  private static func label(of line: Range<Int>, after prefix: [UInt8], in bytes: Span<UInt8>) -> String? {
    guard line.count > prefix.count + dashes.count, matches(prefix, in: bytes, at: line.lowerBound),
      matches(dashes, in: bytes, at: line.upperBound - dashes.count)
    else { return nil }
    let label = line.dropFirst(prefix.count).dropLast(dashes.count)
    return String(validating: label.map { bytes[$0] }, as: UTF8.self)
  }

  /// The next line without white space at its end, and where the one after it begins; nil at the end.
  private static func line(in bytes: Span<UInt8>, at start: Int) -> (contents: Range<Int>, end: Int)? {
    guard start < bytes.count else { return nil }
    let newline = (start..<bytes.count).first { bytes[$0] == UInt8(ascii: "\n") } ?? bytes.count
    let last = (start..<newline).last { !ASCII.isWhiteSpace(bytes[$0]) }
    return (start..<(last.map { $0 + 1 } ?? start), min(newline + 1, bytes.count))
  }

  /// Behind a byte order mark, which Windows puts before UTF-8.
  private static func start(of bytes: Span<UInt8>) -> Int {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    return bytes.count >= mark.count && matches(mark, in: bytes, at: 0) ? mark.count : 0
  }

  /// The caller makes sure that there are enough bytes.
  private static func matches(_ expected: [UInt8], in bytes: Span<UInt8>, at start: Int) -> Bool {
    expected.indices.allSatisfy { bytes[start + $0] == expected[$0] }
  }
}

extension KeyError {
  static func malformedPEM(
    _ subject: String, _ reason: String, hint: String = "copy the file again, or export it again"
  ) -> KeyError {
    KeyError(.malformedPEM, "\(naming: subject) has a PEM block that cannot be read: \(reason)", hint: hint)
  }
}

/// One block of PEM text (RFC 7468), its base64 decoded.
struct PEMBlock: ~Copyable {
  /// The words after `BEGIN`, such as `PRIVATE KEY`.
  let label: String
  /// The lines before the base64 (RFC 1421, section 4.6), each with its newline; empty in all modern files.
  let header: String
  let contents: SecretBytes

  /// What the header says of encryption (RFC 1421, section 4.6.1.1), or nil for a block without a header.
  ///
  /// Throws `malformed-pem` for any other header (RFC 7468, section 2, allows none) and `unsupported-protection`.
  borrowing func encryption(of subject: String) throws(KeyError) -> PEMEncryption? {
    header.isEmpty ? nil : try PEMEncryption(header: header, of: subject)
  }
}
