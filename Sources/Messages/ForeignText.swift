import Encodings

/// Text that somebody else wrote, as every message and report shows it.
///
/// Foreign text comes from a token, a certificate, a file, a device, a service or the command line: claims, header
/// values, labels, subjects, names, paths, addresses. All of it passes through here, so that what is shown is what is
/// there:
///
/// - A text is quoted as JSON quotes a string (RFC 8259, section 7), so that it cannot pass for words of ours.
/// - What does not print, turns the direction of writing or looks like a space is written as `\u` and four hexadecimal
///   digits, and so is every space that follows another: a row of spaces could paint a screen.
/// - After 200 code points it is cut, and where escapes would make more than 400 of them, and the number of those that are left
///   out is said.
///
/// Messages take it by interpolation: `\(quoting: label)` for a text, `\(naming: path)` for a name, and for whatever else was given
/// on the command line, where a token or a key can come by mistake.
public struct ForeignText: Sendable, Hashable, CustomStringConvertible {
  public let description: String

  /// The most code points that are shown of a text.
  public static let shownCount = 200
  /// The most code points that they may become by escapes.
  private static let longestShown = 400

  /// A text, between quotation marks.
  public init(quoting text: String) {
    let (shown, rest) = Self.shown(text, escapingQuotes: true)
    description = "\"\(shown)\"\(rest)"
  }

  /// A value that is JSON text on one line, unchanged: `["a"]` is an array, and `"[\"a\"]"` the text of it.
  public init(json text: String) {
    let (shown, rest) = Self.shown(text, escapingQuotes: false)
    description = shown + rest
  }

  /// A path, reference, host or other name. It is bare if it contains only printable ASCII without spaces, quotation
  /// marks and backslashes. Otherwise it is between quotation marks.
  ///
  /// A value that may be a token or the text of a key, or has a password or PIN in it, is not shown at all: it was
  /// given in place of a name by mistake.
  public init(naming text: String) {
    if Self.namesSecret(text) {
      description = "(a value of \(text.utf8.count) bytes with a password or PIN in it)"
    } else if let count = Self.countIfSecret(text) {
      description = "(a value of \(count) bytes that may be a token or a key)"
    } else if !text.isEmpty, text.utf8.count <= Self.shownCount, text.utf8.allSatisfy(Self.isBare) {
      description = text
    } else {
      description = Self(quoting: text).description
    }
  }

  /// The value of an option, between quotation marks. A value that may be a token or a key is not shown, as in a name.
  public init(argument text: String) {
    description = Self.mayBeSecret(text) ? Self(naming: text).description : Self(quoting: text).description
  }

  /// The shown part, and the words that say how much is left out.
  private static func shown(_ text: String, escapingQuotes: Bool) -> (text: String, rest: String) {
    let (shown, count) = VisibleText.prefix(
      of: text, atMost: shownCount, in: longestShown, escapingQuotes: escapingQuotes)
    // Every code point has one byte that is not a continuation byte, and an array is the fastest to count.
    let rest = Array(text.utf8).count { $0 & 0xC0 != 0x80 } - count
    return (shown, rest == 0 ? "" : "… (\(rest) more)")
  }

  private static func isBare(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }
}

extension ForeignText {
  /// The number of bytes to look at: four for each code point that is shown, and enough after them to know what they
  /// begin.
  private static let judgedCount = 4 * shownCount + 128
  /// The most base64 digits in a row that a name may have: a SHA-256 in hexadecimal has 64, and a key far more than 80.
  private static let longestRun = 80
  /// From this many digits on, a word is a line of base64. With a space after it, the next line is part of the same
  /// run.
  private static let lineCount = 32
  /// From this many letters and digits on, with capitals and small letters mixed, a word is a line of base64: without a
  /// slash, or with some, as in the lines of PEM.
  private static let (mixedCount, lineOfKeyCount) = (44, 64)
  /// The fewest digits of the first part of a token.
  private static let headerCount = 12
  /// The fewest digits of a key in DER; even the smallest key has more.
  private static let keyCount = 64

  /// True for a value that is not shown in place of a name.
  package static func mayBeSecret(_ text: String) -> Bool { namesSecret(text) || mayBeKeyOrToken(text) }

  /// True for what looks like a token or a key, whatever name it has.
  static func mayBeKeyOrToken(_ text: String) -> Bool { countIfSecret(text) != nil }

  /// True if some part has the name of a secret and `=`, as in `pfx:app.pfx;password=…`. Every place that takes a
  /// reference uses it.
  private static func namesSecret(_ text: String) -> Bool {
    let parts = text.utf8.prefix(judgedCount).split { byte in ":;?&,/ ".utf8.contains(byte) }
    return parts.contains { part in
      part.firstIndex(of: UInt8(ascii: "=")).map { SecretNames.contains(part[..<$0]) } ?? false
    }
  }

  /// The number of bytes of what may be a token or a key, or nil for any other text.
  ///
  /// A token begins with the base64 of `{"` and a letter (`eyJ`) or of `{` before white space, up to a dot. PEM has
  /// dashes and line breaks, which may have become spaces. DER begins with the base64 of a SEQUENCE, which may have
  /// slashes, as paths do.
  private static func countIfSecret(_ text: String) -> Int? {
    let dashes = Array("-----".utf8)
    let count = text.utf8.count
    let bytes = Array(text.utf8.prefix(judgedCount))
    if hasMixedRun(bytes, of: mixedCount, withSlashes: false)
      || hasMixedRun(bytes, of: lineOfKeyCount, withSlashes: true)
    {
      return count
    }
    // In the word itself, and in all the words of the same run.
    var (word, run) = (0, 0)
    for (index, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "\n") || bytes[index...].starts(with: dashes) { return count }
      if isBase64(byte) {
        (word, run) = (word + 1, run + 1)
        let rest = bytes[index...]
        if run > longestRun || beginsToken(rest) || (word == 1 && beginsKey(rest)) { return count }
        continue
      }
      let part = bytes[(index - word)..<index]
      let isHeader = word >= headerCount && ["ey", "ew"].contains { part.starts(with: $0.utf8) }
      if byte == UInt8(ascii: "."), isHeader { return count }
      if byte != UInt8(ascii: " ") || word < lineCount { run = 0 }
      word = 0
    }
    return nil
  }

  private static func hasMixedRun(_ bytes: [UInt8], of count: Int, withSlashes: Bool) -> Bool {
    let runs = bytes.split { byte in
      !ASCII.isLetterOrDigit(byte) && byte != UInt8(ascii: "+") && !(withSlashes && byte == UInt8(ascii: "/"))
    }
    return runs.contains { run in
      run.count >= count && run.contains { ASCII.isDigit($0) }
        && run.contains { ASCII.isUpperCase($0) }
        && run.contains { ASCII.isLowerCase($0) }
    }
  }

  private static func beginsToken(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.starts(with: "eyJ".utf8) && bytes.prefix(headerCount).count(where: isBase64) == headerCount
  }

  private static func beginsKey(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.first == UInt8(ascii: "M"), let second = bytes.dropFirst().first else { return false }
    return [UInt8(ascii: "I"), UInt8(ascii: "H")].contains(second)
      && bytes.prefix(keyCount).count { isBase64($0) || $0 == UInt8(ascii: "/") } == keyCount
  }

  private static func isBase64(_ byte: UInt8) -> Bool {
    ASCII.isLetterOrDigit(byte) || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "_")].contains(byte)
  }
}

extension DefaultStringInterpolation {
  /// A foreign text, as `ForeignText(quoting:)` shows it.
  package mutating func appendInterpolation(quoting text: some CustomStringConvertible) {
    appendLiteral(ForeignText(quoting: text.description).description)
  }

  /// The value of an option, as `ForeignText(argument:)` shows it.
  package mutating func appendInterpolation(argument text: some CustomStringConvertible) {
    appendLiteral(ForeignText(argument: text.description).description)
  }

  /// A foreign name, as `ForeignText(naming:)` shows it.
  package mutating func appendInterpolation(naming text: some CustomStringConvertible) {
    appendLiteral(ForeignText(naming: text.description).description)
  }
}

/// The names of passwords and PINs in a key reference or an option, whose values are never shown.
package enum SecretNames {
  /// Names that people use for a password or a PIN; hyphens, underscores and case do not count.
  private static let names = [
    "pin", "pinvalue", "userpin", "sopin", "password", "passwd", "passphrase", "passcode", "pass", "pwd", "pw",
    "secret",
    "storepass", "keypass",
  ]

  /// What the names of secrets end with in requests and settings, whatever stands before: `ARM_CLIENT_SECRET`.
  private static let endings = [
    "password", "passphrase", "secret", "secrettext", "secretvalue", "accesstoken", "refreshtoken", "idtoken",
    "clientassertion", "privatekey", "accesskey", "accountkey", "apikey",
  ]

  /// True for the name of a secret value, even if the name is escaped.
  package static func contains(_ name: Substring.UTF8View) -> Bool {
    let letters = letters(PercentEncoding.decoded(name) ?? Array(name))
    return names.contains { $0.utf8.elementsEqual(letters) }
  }

  /// True for a word of some text that is the name of a secret, or ends with one.
  static func areNamed(by word: ArraySlice<UInt8>) -> Bool {
    guard word.count <= longestName else { return false }
    let letters = letters(Array(word))
    return names.contains { $0.utf8.elementsEqual(letters) }
      || endings.contains { letters.suffix($0.utf8.count).elementsEqual($0.utf8) }
  }

  private static let longestName = 64

  private static func letters(_ name: [UInt8]) -> [UInt8] {
    name.compactMap { byte -> UInt8? in
      switch byte {
      case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: " "): nil
      default: ASCII.lowercased(byte)
      }
    }
  }
}
