import Keyroll

/// JSON for programs, which a person may see on a terminal all the same: what would not be seen for what it is, is written
/// as an escape (RFC 8259, section 7), and so is every space behind another in a string. The value is the same.
package struct EscapedJSON: CustomStringConvertible {
  package let description: String

  /// Takes JSON text as `JSONWriter` writes it; line breaks and spaces between values stay.
  package init(_ text: String) {
    var output = ""
    var previous = VisibleText.Previous()
    var isInString = false
    var isEscaped = false
    for scalar in text.unicodeScalars {
      let isLayout = !isInString && (scalar == " " || scalar == "\n")
      if isLayout || previous.lets(scalar) {
        output.unicodeScalars.append(scalar)
        previous.append(scalar)
      } else {
        output += VisibleText.escape(scalar)
        previous = VisibleText.Previous()
      }
      if scalar == "\"", !isEscaped { isInString.toggle() }
      isEscaped = scalar == "\\" && !isEscaped
    }
    description = output
  }
}
