import Encodings
import System

/// A JSON object that may contain a private key (RFC 8259): the places of its values in the text, without a copy of any
/// of them.
///
/// The names of members are not secret and are kept. A string is decoded only on demand, into memory that is wiped.
struct SecretJSON {
  /// A value, by its place in the text.
  indirect enum Value {
    /// The text between the quotation marks, escapes included.
    case string(Range<Int>)
    case object(SecretJSON)
    case array([Value])
    /// A number, `true`, `false` or `null`.
    case other
  }

  /// In the order of the text; names are decoded, and each occurs once.
  fileprivate(set) var members: [(name: [UInt8], value: Value)] = []

  /// Nil for anything except exactly one valid object, with white space around it, and without a name twice in one
  /// object.
  init?(_ text: Span<UInt8>) {
    var scanner = SecretJSONScanner()
    guard case .object(let object)? = scanner.value(text), scanner.isAtEnd(text) else { return nil }
    self = object
  }

  fileprivate init() {}

  subscript(name: String) -> Value? {
    members.first { $0.name.elementsEqual(name.utf8) }?.value
  }

  /// The place of the text of a member that is a string; nil for another member, and if there is none.
  func string(_ name: String) -> Range<Int>? {
    if case .string(let place)? = self[name] { place } else { nil }
  }

  func object(_ name: String) -> SecretJSON? {
    if case .object(let object)? = self[name] { object } else { nil }
  }

  /// The text of one string token that takes all the bytes, without its quotation marks; nil for anything else.
  static func string(whole text: Span<UInt8>) -> SecretBytes? {
    var scanner = SecretJSONScanner()
    guard case .string(let place)? = scanner.value(text), scanner.isAtEnd(text) else { return nil }
    return decoded(place, of: text)
  }

  /// The characters of a string in UTF-8.
  ///
  /// The place was found in this text, so every escape in it is complete.
  static func decoded(_ place: Range<Int>, of text: Span<UInt8>) -> SecretBytes {
    // An escape is never shorter than what it stands for.
    var bytes = SecretBytes(capacity: place.count)
    var index = place.lowerBound
    while index < place.upperBound {
      guard text[index] == UInt8(ascii: "\\") else {
        bytes.append(text[index])
        index += 1
        continue
      }
      switch text[index + 1] {
      case UInt8(ascii: "b"): bytes.append(0x08)
      case UInt8(ascii: "f"): bytes.append(0x0C)
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "u"):
        var scalar = hexadecimal(text, at: index + 2)
        if (0xD800..<0xDC00).contains(scalar) {
          scalar = 0x10000 + (scalar - 0xD800) << 10 + (hexadecimal(text, at: index + 8) - 0xDC00)
          index += 6
        }
        append(scalar, to: &bytes)
        index += 4
      default: bytes.append(text[index + 1])
      }
      index += 2
    }
    return bytes
  }

  /// Adds a code point in UTF-8.
  static func append(_ scalar: Int, to bytes: inout SecretBytes) {
    func trailing(_ shift: Int) -> UInt8 { UInt8(0x80 | scalar >> shift & 0x3F) }
    switch scalar {
    case ..<0x80: bytes.append(UInt8(scalar))
    case ..<0x800:
      bytes.append(UInt8(0xC0 | scalar >> 6))
      bytes.append(trailing(0))
    case ..<0x10000:
      bytes.append(UInt8(0xE0 | scalar >> 12))
      bytes.append(trailing(6))
      bytes.append(trailing(0))
    default:
      bytes.append(UInt8(0xF0 | scalar >> 18))
      bytes.append(trailing(12))
      bytes.append(trailing(6))
      bytes.append(trailing(0))
    }
  }

  /// The four digits at a place; the scanner has checked that they are there.
  fileprivate static func hexadecimal(_ text: Span<UInt8>, at start: Int) -> Int {
    (start..<start + 4).reduce(0) { $0 << 4 | (digit(text[$1]) ?? 0) }
  }

  fileprivate static func digit(_ byte: UInt8) -> Int? {
    switch byte {
    case _ where ASCII.isDigit(byte): Int(byte) - 0x30
    case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
      Int(ASCII.lowercased(byte)) - 0x61 + 10
    default: nil
    }
  }
}

/// Walks over JSON text once and keeps only places.
private struct SecretJSONScanner {
  private var index = 0
  private var depth = 0

  /// JSON around a key is flat; no service nests it deeper than this.
  private static let mostDepth = 16

  mutating func isAtEnd(_ text: Span<UInt8>) -> Bool {
    skipWhiteSpace(text)
    return index == text.count
  }

  /// The next value; nil if there is none.
  mutating func value(_ text: Span<UInt8>) -> SecretJSON.Value? {
    skipWhiteSpace(text)
    guard index < text.count else { return nil }
    switch text[index] {
    case UInt8(ascii: "\""): return string(text).map { .string($0) }
    case UInt8(ascii: "{"): return nested { scanner in scanner.object(text).map { .object($0) } }
    case UInt8(ascii: "["): return nested { scanner in scanner.array(text).map { .array($0) } }
    default: return word(text) ? .other : nil
    }
  }

  private mutating func nested(_ read: (inout Self) -> SecretJSON.Value?) -> SecretJSON.Value? {
    if depth == Self.mostDepth { return nil }
    depth += 1
    defer { depth -= 1 }
    index += 1
    return read(&self)
  }

  private mutating func object(_ text: Span<UInt8>) -> SecretJSON? {
    var object = SecretJSON()
    var names = Set<[UInt8]>()
    if take("}", text) { return object }
    repeat {
      skipWhiteSpace(text)
      guard index < text.count, text[index] == UInt8(ascii: "\""), let place = string(text), take(":", text) else {
        return nil
      }
      let name = SecretJSON.decoded(place, of: text).withBytes { [UInt8](copying: $0) }
      guard names.insert(name).inserted, let value = value(text) else { return nil }
      object.members.append((name, value))
    } while take(",", text)
    return take("}", text) ? object : nil
  }

  private mutating func array(_ text: Span<UInt8>) -> [SecretJSON.Value]? {
    var values: [SecretJSON.Value] = []
    if take("]", text) { return values }
    repeat {
      guard let value = value(text) else { return nil }
      values.append(value)
    } while take(",", text)
    return take("]", text) ? values : nil
  }

  /// Moves past the closing quotation mark.
  private mutating func string(_ text: Span<UInt8>) -> Range<Int>? {
    let start = index + 1
    index = start
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "\""):
        defer { index += 1 }
        return start..<index
      case UInt8(ascii: "\\"): if !skipEscape(text) { return nil }
      case ..<0x20: return nil
      default: index += 1
      }
    }
    return nil
  }

  /// Moves past one escape, or past two that make one character; false if there is none.
  private mutating func skipEscape(_ text: Span<UInt8>) -> Bool {
    guard index + 1 < text.count else { return false }
    if text[index + 1] != UInt8(ascii: "u") {
      index += 2
      return #""\/bfnrt"#.utf8.contains(text[index - 1])
    }
    guard let first = codeUnit(at: index, text) else { return false }
    index += 6
    switch first {
    case 0xD800..<0xDC00:
      guard let second = codeUnit(at: index, text), (0xDC00..<0xE000).contains(second) else { return false }
      index += 6
      return true
    case 0xDC00..<0xE000: return false
    default: return true
    }
  }

  private func codeUnit(at start: Int, _ text: Span<UInt8>) -> Int? {
    guard start + 6 <= text.count, text[start] == UInt8(ascii: "\\"), text[start + 1] == UInt8(ascii: "u"),
      (start + 2..<start + 6).allSatisfy({ SecretJSON.digit(text[$0]) != nil })
    else { return nil }
    return SecretJSON.hexadecimal(text, at: start + 2)
  }

  /// Moves past a number, `true`, `false` or `null`. None of them is ever read, so a number is any run of its
  /// characters.
  private mutating func word(_ text: Span<UInt8>) -> Bool {
    let start = index
    while index < text.count, ASCII.isLetterOrDigit(text[index]) || "+-.".utf8.contains(text[index]) { index += 1 }
    if index == start { return false }
    if ASCII.isDigit(text[start]) || text[start] == UInt8(ascii: "-") { return true }
    return ["true", "false", "null"].contains { word in
      word.utf8.count == index - start && word.utf8.enumerated().allSatisfy { text[start + $0.offset] == $0.element }
    }
  }

  private mutating func take(_ mark: Unicode.Scalar, _ text: Span<UInt8>) -> Bool {
    skipWhiteSpace(text)
    guard index < text.count, text[index] == UInt8(ascii: mark) else { return false }
    index += 1
    return true
  }

  private mutating func skipWhiteSpace(_ text: Span<UInt8>) {
    while index < text.count, ASCII.isWhiteSpace(text[index]) { index += 1 }
  }
}
