import Encodings
public import Messages
public import Tokens
import Signing

/// An HTTP response as `curl -i` or `curl -D` saves it (RFC 9112, section 2.1), or a body alone.
///
/// Of several header sections, as an interim response, a proxy or a redirection leaves them, the last one counts.
public struct SavedResponse: Sendable {
  /// Nil for a body alone.
  public let status: Int?
  /// The header fields of the final section, in their order.
  public let fields: [(name: String, value: String)]
  public let body: [UInt8]

  /// Throws `malformed-response` for nothing, and for lines that are neither a status line nor header fields.
  public init(_ text: Span<UInt8>) throws(ResponseError) {
    var status: Int?
    var fields: [(name: String, value: String)] = []
    var position = 0
    while Self.startsStatusLine(text, position) {
      status = try Self.statusCode(in: Self.line(text, &position))
      fields = try Self.fields(text, &position)
    }
    body = [UInt8](copying: text.extracting(position..<text.count))
    self.status = status
    self.fields = fields
    if status == nil, body.allSatisfy(Self.isSpace) {
      throw ResponseError(
        .malformed, "the file is empty", hint: "save the status line and headers too, as curl -i does")
    }
  }

  /// The value of the first field of this name, in whatever case.
  public subscript(field name: String) -> String? {
    fields.first { $0.name.utf8.elementsEqual(name.utf8) { ($0 | 0x20) == ($1 | 0x20) } }?.value
  }

  /// When the service says that it answered: the field Date, in the one form that is sent (RFC 9110, section 5.6.7).
  public var date: NumericDate? {
    guard let value = self[field: "date"], value.utf8.count == 29, value.utf8.suffix(4).elementsEqual(" GMT".utf8)
    else {
      return nil
    }
    let parts = value.split(separator: " ")
    guard parts.count == 6, let month = Self.months.firstIndex(of: String(parts[2])) else { return nil }
    let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    return NumericDate(rfc3339: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  // MARK: Lines

  private static func startsStatusLine(_ text: Span<UInt8>, _ position: Int) -> Bool {
    let name = Array("HTTP/".utf8)
    guard text.count - position >= name.count else { return false }
    return name.indices.allSatisfy { text[position + $0] == name[$0] }
  }

  /// `HTTP/1.1 401 Unauthorized`, or without a reason as HTTP/2 has it.
  private static func statusCode(in line: [UInt8]) throws(ResponseError) -> Int {
    let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count >= 2, words[1].count == 3, words[1].allSatisfy(isDigit),
      let code = text(words[1]).flatMap({ Int($0) })
    else {
      throw ResponseError(.malformed, "the file begins as an HTTP response and has no status in its first line")
    }
    return code
  }

  /// The fields up to the empty line that ends them, or to the end of what was saved.
  private static func fields(
    _ text: Span<UInt8>, _ position: inout Int
  ) throws(ResponseError) -> [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = []
    while position < text.count {
      let start = position
      let line = line(text, &position)
      if line.isEmpty { return fields }
      // A line that continues the one before (RFC 9112, section 5.2) belongs to no field that is read here.
      if isSpace(line[0]) { continue }
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0, let name = Self.text(line[..<colon]),
        let value = Self.text(trimmed(line[(colon + 1)...]))
      else {
        throw ResponseError(
          .malformed, "the headers have a line that is no header field, at byte \(start)",
          hint: "an empty line ends the headers, and the body follows it")
      }
      fields.append((name, value))
    }
    return fields
  }

  /// The next line, without its line feed and a carriage return before that.
  private static func line(_ text: Span<UInt8>, _ position: inout Int) -> [UInt8] {
    let start = position
    while position < text.count, text[position] != 0x0A { position += 1 }
    var end = position
    if position < text.count { position += 1 }
    if end > start, text[end - 1] == 0x0D { end -= 1 }
    return [UInt8](copying: text.extracting(start..<end))
  }

  /// Without the white space around a field's value (RFC 9110, section 5.5).
  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let last = bytes.lastIndex(where: { !isSpace($0) }) else { return [] }
    return bytes[...last].drop(while: isSpace)
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String? { String(validating: bytes, as: UTF8.self) }
  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}
