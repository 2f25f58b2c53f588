import Encodings
import Messages
internal import Signing
import System

/// Text with blocks between `-----BEGIN …-----` and `-----END …-----` (RFC 7468); the text around them is ignored.
///
/// It is read here and not by OpenSSL, which accepts or refuses an encrypted key by the length of its lines.
enum PEMText {
  static let dashes = Array("-----".utf8)
  static let begin = Array("-----BEGIN ".utf8)
  private static let end = Array("-----END ".utf8)

  /// True if a line begins a block.
  static func begins(in bytes: Span<UInt8>) -> Bool {
    var position = start(of: bytes)
    while let line = line(in: bytes, at: position) {
      if label(of: line.contents, after: begin, in: bytes) != nil || runsOn(line.contents, in: bytes) { return true }
      position = line.end
    }
    return false
  }

  /// Calls the closure with each block in turn.
  ///
  /// Throws `malformed-pem` for a block of a key or a certificate that does not end or is not valid base64, and what
  /// `body` throws. For an unreadable block of another kind, it passes only the label, without contents.
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

  /// True if a block is a PFX; throws what reading the blocks throws.
  static func holdsPFX(_ bytes: Span<UInt8>, of subject: String) throws(KeyError) -> Bool {
    var holdsPFX = false
    try forEachBlock(in: bytes, of: subject) { (block) throws(KeyError) in
      if case .pfx = block.kind { holdsPFX = true }
    }
    return holdsPFX
  }

  /// The bytes of standard base64 (RFC 4648, section 4), at least one, in memory that is wiped; nil for anything else.
  ///
  /// White space may be anywhere, as in the lax grammar of RFC 7468, section 3. Apart from that, only the one canonical
  /// spelling is accepted.
  static func decoded(base64 text: Span<UInt8>) -> SecretBytes? {
    // Only that grammar counts vertical tabs and form feeds as white space.
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

  /// Reads the lines after the first line of a block, and moves past its last.
  ///
  /// A block that cannot be read, with a label that is not read here, ends with its first line.
  private static func block(
    _ label: String, in bytes: Span<UInt8>, from position: inout Int, of subject: String
  ) throws(KeyError) -> PEMBlock {
    let start = position
    do throws(KeyError) {
      return try readableBlock(label, in: bytes, from: &position, of: subject)
    } catch {
      guard case .other = PEMLabel(label), PEMLabel.isWord(label) else { throw error }
      position = start
      return PEMBlock(label: label, header: "", contents: SecretBytes(capacity: 0))
    }
  }

  private static func readableBlock(
    _ label: String, in bytes: Span<UInt8>, from position: inout Int, of subject: String
  ) throws(KeyError) -> PEMBlock {
    let name = PEMLabel.name(label)
    let header = try header(in: bytes, from: &position, of: subject)
    let start = position
    while let line = line(in: bytes, at: position) {
      if self.label(of: line.contents, after: begin, in: bytes) != nil { break }
      // An editor or a copy may have removed the indentation of the first line alone.
      let indented = line.contents.drop { ASCII.isWhiteSpace(bytes[$0]) }
      if let ending = self.label(of: indented, after: end, in: bytes) {
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

  /// The lines up to an empty one, if the first has a colon, which base64 never has.
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
      // The end of the block, or the next one: a header never has such a line.
      if line.contents.count >= dashes.count, matches(dashes, in: bytes, at: line.contents.lowerBound) { break }
      guard let text = String(validating: line.contents.map { bytes[$0] }, as: UTF8.self) else { break }
      header += text + "\n"
    }
    throw .malformedPEM(subject, "its header is not text, or no empty line ends it")
  }

  /// The text between the prefix and the last dashes; nil for any other line.
  static func label(of line: Range<Int>, after prefix: [UInt8], in bytes: Span<UInt8>) -> String? {
    guard line.count > prefix.count + dashes.count, matches(prefix, in: bytes, at: line.lowerBound),
      matches(dashes, in: bytes, at: line.upperBound - dashes.count)
    else { return nil }
    let label = line.dropFirst(prefix.count).dropLast(dashes.count)
    return String(validating: label.map { bytes[$0] }, as: UTF8.self)
  }

  /// The next line without white space at its end, and where the one after it begins; nil at the end.
  static func line(in bytes: Span<UInt8>, at start: Int) -> (contents: Range<Int>, end: Int)? {
    guard start < bytes.count else { return nil }
    let newline = (start..<bytes.count).first { bytes[$0] == UInt8(ascii: "\n") } ?? bytes.count
    let last = (start..<newline).last { !ASCII.isWhiteSpace(bytes[$0]) }
    return (start..<(last.map { $0 + 1 } ?? start), min(newline + 1, bytes.count))
  }

  /// After a byte order mark, which Windows puts before UTF-8.
  static func start(of bytes: Span<UInt8>) -> Int {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    return bytes.count >= mark.count && matches(mark, in: bytes, at: 0) ? mark.count : 0
  }

  /// The caller makes sure that there are enough bytes.
  static func matches(_ expected: [UInt8], in bytes: Span<UInt8>, at start: Int) -> Bool {
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

  /// Its content: see `PEMLabel.judged(by:)`. Ciphertext does not show what it is.
  var kind: PEMLabel {
    let label = PEMLabel(label)
    return header.isEmpty ? contents.withBytes { bytes in label.judged(by: bytes) } : label
  }

  /// The encryption that the header names (RFC 1421, section 4.6.1.1), or nil for a block without a header.
  ///
  /// Throws `malformed-pem` for any other header (RFC 7468, section 2, allows none) and `unsupported-protection`.
  borrowing func encryption(of subject: String) throws(KeyError) -> PEMEncryption? {
    header.isEmpty ? nil : try PEMEncryption(header: header, of: subject)
  }
}
