public import Encodings
import Signing
import System
import Tokens

/// A form as browsers post it (application/x-www-form-urlencoded), with its names and values in order.
public struct FormBody: Sendable, Hashable {
  /// Names and values, unescaped, in their order.
  public private(set) var fields: [(name: ExactText, value: ExactText)] = []

  /// A form of these fields, in this order.
  public init(_ fields: KeyValuePairs<ExactText, ExactText>) {
    self.fields = fields.map { (name: $0.key, value: $0.value) }
  }

  /// Reads the output of `bytes`; nil for anything else, also for another spelling of the same fields.
  init?(_ bytes: Span<UInt8>) {
    let text = [UInt8](copying: bytes)
    for field in text.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
      let parts = field.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false)
      guard parts.count == 2, let name = Self.decoded(parts[0]), let value = Self.decoded(parts[1]) else { return nil }
      fields.append((name: name, value: value))
    }
    guard self.bytes == text else { return nil }
  }

  /// The value of a name that occurs once.
  public subscript(_ name: ExactText) -> ExactText? {
    let values = fields.filter { $0.name == name }
    return values.count == 1 ? values.first?.value : nil
  }

  /// ASCII, with every byte except the unreserved characters of RFC 3986 as `%XX`.
  public var bytes: [UInt8] {
    var output: [UInt8] = []
    for (index, field) in fields.enumerated() {
      if index > 0 { output.append(UInt8(ascii: "&")) }
      Self.append(field.name, to: &output)
      output.append(UInt8(ascii: "="))
      Self.append(field.value, to: &output)
    }
    return output
  }

  private static func append(_ text: ExactText, to output: inout [UInt8]) {
    output.append(contentsOf: PercentEncoding.encoded(text.text.utf8, allowing: URICharacters.isUnreserved).utf8)
  }

  private static func decoded(_ text: ArraySlice<UInt8>) -> ExactText? {
    PercentEncoding.decoded(text).flatMap { String(validating: $0, as: UTF8.self) }.map(ExactText.init(_:))
  }
}

extension FormBody {
  public static func == (left: Self, right: Self) -> Bool { left.bytes == right.bytes }
  public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

/// A password inside JSON, which never becomes a `String`.
enum SecretText {
  /// The text between the quotation marks of a JSON string (RFC 8259, section 7); nil for bytes that are not UTF-8.
  static func escaped(_ secret: borrowing SecretBytes) -> SecretBytes? {
    secret.withBytes { bytes -> SecretBytes? in
      guard (try? UTF8Span(validating: bytes)) != nil else { return nil }
      // At most `\u00XX` for each byte, so that it never grows.
      var output = SecretBytes(capacity: bytes.count * 6)
      for index in bytes.indices {
        let byte = bytes[index]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
          output.append(UInt8(ascii: "\\"))
          output.append(byte)
        case 0..<0x20:
          for character in "\\u00".utf8 { output.append(character) }
          output.append(digit(byte >> 4))
          output.append(digit(byte & 0x0F))
        default: output.append(byte)
        }
      }
      return output
    }
  }

  /// The bytes from which `escaped` was made; nil for text that it does not write.
  static func unescaped(_ text: Span<UInt8>) -> SecretBytes? {
    var output = SecretBytes(capacity: text.count)
    var index = 0
    while index < text.count {
      guard text[index] == UInt8(ascii: "\\") else {
        output.append(text[index])
        index += 1
        continue
      }
      guard index + 1 < text.count else { return nil }
      switch text[index + 1] {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        output.append(text[index + 1])
        index += 2
      case UInt8(ascii: "u"):
        guard index + 5 < text.count, text[index + 2] == UInt8(ascii: "0"), text[index + 3] == UInt8(ascii: "0"),
          let high = value(text[index + 4]), let low = value(text[index + 5])
        else { return nil }
        output.append(high << 4 | low)
        index += 6
      default: return nil
      }
    }
    return output
  }

  /// The place of the text of the first member of this name, which must be a string: between its quotation marks.
  ///
  /// Inside another string the name would have backslashes before its quotation marks, so it is not found there.
  static func place(of name: String, in json: Span<UInt8>) -> Range<Int>? {
    let mark = Array("\"\(name)\":\"".utf8)
    return json.indices.first { json.holds(mark, at: $0) }.flatMap { json.quotedText(from: $0 + mark.count) }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  /// The value of a digit as it is written here: in lower case.
  private static func value(_ digit: UInt8) -> UInt8? {
    ASCII.isUpperCase(digit) ? nil : Hexadecimal.value(digit)
  }
}

extension Span<UInt8> {
  /// True if these bytes are at an offset.
  func holds(_ bytes: [UInt8], at start: Int) -> Bool {
    count - start >= bytes.count && extracting(start..<start + bytes.count).isEqual(to: bytes.span)
  }

  /// The place of the text from an offset to the next quotation mark without a backslash; nil if there is none.
  func quotedText(from start: Int) -> Range<Int>? {
    var end = start
    while end < count, self[end] != UInt8(ascii: "\"") { end += self[end] == UInt8(ascii: "\\") ? 2 : 1 }
    return end < count ? start..<end : nil
  }
}
