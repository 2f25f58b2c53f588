/// Text from a file, token or argument, made safe and plain to see on a terminal.
///
/// Whatever does not print, or prints as something else, is written `\u{…}`: control characters and line breaks, what turns
/// the direction of writing, what has no width, every space but U+0020, marks with nothing to stand on, and code points
/// without an agreed look. A backslash before `u{` is written so too: no text can pass for an escape.
package struct EscapedText: CustomStringConvertible {
  package let description: String

  package init(_ text: String) {
    self.init(text, isJSON: false) { "\\u{\(String($0.value, radix: 16))}" }
  }

  /// The same for JSON text, where only line breaks stand outside strings: escapes are those of RFC 8259, section 7.
  package init(json text: String) {
    self.init(text, isJSON: true) { scalar in
      String(scalar).utf16.map {
        "\\u" + String(repeating: "0", count: $0.leadingZeroBitCount / 4) + String($0, radix: 16)
      }
      .joined()
    }
  }

  private init(_ text: String, isJSON: Bool, escape: (Unicode.Scalar) -> String) {
    // Nearly all text is printable ASCII, and the tables of Unicode need not be looked at for it.
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") }) {
      description = text
      return
    }
    var output = ""
    var precedingCanCarryMark = false
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      let looksLikeEscape = !isJSON && scalar == "\\" && rest.starts(with: "u{".unicodeScalars)
      let isLayout = isJSON && scalar == "\n"
      if looksLikeEscape || !(Self.isPlain(scalar) || isLayout) || (Self.isMark(scalar) && !precedingCanCarryMark) {
        output += escape(scalar)
        precedingCanCarryMark = false
      } else {
        output.unicodeScalars.append(scalar)
        precedingCanCarryMark =
          !scalar.isASCII || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      }
    }
    description = output
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (0x20..<0x7F).contains(scalar.value) }
    if scalar.properties.isDefaultIgnorableCodePoint { return false }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
      return false
    default:
      return true
    }
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .spacingMark: true
    default: false
    }
  }
}
