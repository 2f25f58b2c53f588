import Encodings

/// Tells apart the code points that a person sees as what they are, and those that must be written as escapes.
package enum VisibleText {
  /// The text with escapes as in JSON (RFC 8259, section 7) for everything that would not be seen, and for each space
  /// after another.
  ///
  /// With `escapingQuotes`, quotation marks and backslashes are escaped too, so that the result can be put between
  /// quotation marks. `keepingSpaces` is for lines that are laid out with spaces.
  package static func escaped(_ text: String, escapingQuotes: Bool, keepingSpaces: Bool = false) -> String {
    // Nearly all lines are printable ASCII, and the tables of Unicode need not be looked at for them.
    if keepingSpaces, !escapingQuotes, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
    return prefix(of: text, atMost: .max, in: .max, escapingQuotes: escapingQuotes, keepingSpaces: keepingSpaces).shown
  }

  /// As much of the text as fits in this many code points and, with escapes, in this many characters; `count` is the
  /// number of its code points that fit.
  package static func prefix(
    of text: String, atMost mostScalars: Int, in mostShown: Int, escapingQuotes: Bool, keepingSpaces: Bool = false
  ) -> (shown: String, count: Int) {
    let start = text.utf8.prefix(min(mostScalars, mostShown))
    if start.allSatisfy({ (0x21..<0x7F).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
      return (String(Substring(start)), start.count)
    }
    var (output, length, count) = ("", 0, 0)
    var previous = Previous()
    for scalar in text.unicodeScalars {
      let isQuote = escapingQuotes && (scalar == "\"" || scalar == "\\")
      let isSeen = !isQuote && (previous.lets(scalar) || keepingSpaces && scalar == " ")
      let added = isSeen ? 1 : isQuote ? 2 : scalar.value > 0xFFFF ? 12 : 6
      if count == mostScalars || added > mostShown - length { break }
      (count, length) = (count + 1, length + added)
      if isSeen {
        output.unicodeScalars.append(scalar)
        previous.append(scalar)
      } else {
        if isQuote {
          output += "\\"
          output.unicodeScalars.append(scalar)
        } else {
          output += escape(scalar)
        }
        previous = Previous()
      }
    }
    return (output, count)
  }

  /// `\u` and four hexadecimal digits, twice for a code point beyond U+FFFF.
  package static func escape(_ scalar: Unicode.Scalar) -> String {
    var output = ""
    for unit in UTF16.encode(scalar) ?? .init() {
      output += "\\u" + Hexadecimal.lowerCase([UInt8(unit >> 8), UInt8(unit & 0xFF)])
    }
    return output
  }

  /// The part of the text before a code point that decides how that code point is seen.
  package struct Previous {
    private var isSpace = false
    private var canCarryMark = false
    private var markCount = 0

    /// The most marks on one letter; more of them reach into the lines above and below.
    private static let mostMarks = 3

    package init() {}

    /// False for a code point that would not be seen, or would be taken for another.
    package func lets(_ scalar: Unicode.Scalar) -> Bool {
      if scalar == " " { return !isSpace }
      if VisibleText.isMark(scalar) {
        return canCarryMark && markCount < Self.mostMarks && VisibleText.isVisible(scalar)
      }
      return VisibleText.isVisible(scalar)
    }

    /// Moves on to the next code point.
    package mutating func append(_ scalar: Unicode.Scalar) {
      isSpace = scalar == " "
      if VisibleText.isMark(scalar) {
        markCount += 1
      } else {
        markCount = 0
        canCarryMark = !scalar.isASCII || ASCII.isLetterOrDigit(UInt8(ascii: scalar))
      }
    }
  }

  /// Code points that print as nothing although Unicode counts them as symbols, letters or marks: a blank pattern of
  /// Braille, a note without a head, the filler of Khitan, and blanks among hieroglyphs.
  private static let blanks: Set<UInt32> = [0x2800, 0x1D159, 0x16FE4, 0x13441, 0x13442]

  /// False for controls, formats, characters without a width, every space except U+0020, and code points without an
  /// agreed look.
  package static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (0x20..<0x7F).contains(scalar.value) }
    if scalar.properties.isDefaultIgnorableCodePoint || blanks.contains(scalar.value) { return false }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
      return false
    default:
      return true
    }
  }

  /// True for a mark that is drawn onto the code point before it.
  package static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return false }
    return switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .spacingMark: true
    default: false
    }
  }
}
