import Encodings

/// Writes JSON without white space, members in their order, as UTF-8 that `JSONReader` reads back as the
/// same value.
public enum JSONWriter {
  /// The value as UTF-8, without white space.
  public static func bytes(_ value: JSONValue) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(256)
    append(value, to: &output)
    return output
  }

  /// The object as UTF-8, without white space.
  public static func bytes(_ object: JSONObject) -> [UInt8] { bytes(.object(object)) }

  /// The same for people, with two spaces of indentation and a line for each member.
  public static func indentedText(_ value: JSONValue) -> String {
    var output: [UInt8] = []
    append(value, to: &output, indentation: 0)
    return text(output)
  }

  /// The value as text, without white space.
  public static func text(_ value: JSONValue) -> String { text(bytes(value)) }

  // The writer emits only text from strings and ASCII, so it is valid UTF-8.
  private static func text(_ bytes: [UInt8]) -> String { String(validating: bytes, as: UTF8.self) ?? "" }

  /// Writes on one line if `indentation` is nil, otherwise indented that deep.
  private static func append(_ value: JSONValue, to output: inout [UInt8], indentation: Int? = nil) {
    switch value {
    case .null: output.append(contentsOf: "null".utf8)
    case .boolean(let boolean): output.append(contentsOf: (boolean ? "true" : "false").utf8)
    case .number(let number): output.append(contentsOf: number.text.utf8)
    case .string(let string): append(string, to: &output)
    case .array(let elements):
      appendList("[", "]", elements, to: &output, indentation) { element, output, inner in
        append(element, to: &output, indentation: inner)
      }
    case .object(let object):
      appendList("{", "}", object.members, to: &output, indentation) { member, output, inner in
        append(member.name, to: &output)
        output.append(UInt8(ascii: ":"))
        if inner != nil { output.append(UInt8(ascii: " ")) }
        append(member.value, to: &output, indentation: inner)
      }
    }
  }

  private static func appendList<Element>(
    _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ elements: JSONList<Element>, to output: inout [UInt8],
    _ indentation: Int?, _ appendElement: (Element, inout [UInt8], Int?) -> Void
  ) {
    output.append(UInt8(ascii: open))
    for (index, element) in elements.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      appendLineBreak(to: &output, indentation.map { $0 + 1 })
      appendElement(element, &output, indentation.map { $0 + 1 })
    }
    if !elements.isEmpty { appendLineBreak(to: &output, indentation) }
    output.append(UInt8(ascii: close))
  }

  private static func appendLineBreak(to output: inout [UInt8], _ indentation: Int?) {
    guard let indentation else { return }
    output.append(UInt8(ascii: "\n"))
    output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indentation * 2))
  }

  /// Escapes only the characters that RFC 8259, section 7, requires.
  private static func append(_ string: ExactText, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in string.text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        output.append(UInt8(ascii: "\\"))
        output.append(byte)
      case 0..<0x20:
        output.append(contentsOf: "\\u00".utf8)
        output.append(hexadecimalDigits[Int(byte >> 4)])
        output.append(hexadecimalDigits[Int(byte & 0x0F)])
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }

  private static let hexadecimalDigits = Array("0123456789abcdef".utf8)
}
