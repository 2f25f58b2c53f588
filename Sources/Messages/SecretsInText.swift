import Encodings

/// Leaves the secrets out of a text that somebody else wrote: a log has the request, with its password, beside the answer.
///
/// A secret is the value behind the name of one, as forms, JSON, dictionaries, headers and options write it
/// (`client_secret=…`, `'password': '…'`, `access_token: …`, `--password …`), and what has the form of a client secret of Entra.
/// Words that may be a token or a key are left out as well. Every byte is looked at a fixed number of times.
package enum SecretsInText {
  /// What stands for each byte of a secret in a text of the same length; no text has it.
  private static let mask: UInt8 = 0x01

  /// The text with every byte of its secrets replaced, so that offsets into it stay what they are.
  package static func masked(_ text: [UInt8]) -> [UInt8] {
    var masked = text
    var index = 0
    while index < text.count {
      guard isOfName(text[index]) else {
        index += 1
        continue
      }
      let start = index
      index = endOfWord(text, from: index)
      let value =
        SecretNames.areNamed(by: text[start..<index]) ? value(in: text, behind: start..<index) : nil
      if let value {
        for place in value { masked[place] = mask }
        index = max(index, value.upperBound)
      } else if let secret = clientSecret(in: text, from: start) {
        for place in secret { masked[place] = mask }
        index = max(index, secret.upperBound)
      }
    }
    return masked
  }

  /// A masked text as it is shown: `(left out)` for each secret, and for each word that may be a token or a key.
  package static func shown(_ masked: String) -> String {
    var shown = ""
    var word = ""
    var isMasked = false
    func endWord() {
      shown += ForeignText.mayBeKeyOrToken(word) ? leftOut : word
      word = ""
    }
    for scalar in masked.unicodeScalars {
      if scalar.value == UInt32(mask) {
        endWord()
        if !isMasked { shown += leftOut }
        isMasked = true
        continue
      }
      isMasked = false
      if scalar.isASCII, separators.contains(UInt8(scalar.value)) {
        endWord()
        shown.unicodeScalars.append(scalar)
      } else {
        word.unicodeScalars.append(scalar)
      }
    }
    endWord()
    return shown
  }

  /// A text as it is shown, without its secrets.
  package static func shown(maskingSecretsOf text: String) -> String {
    String(validating: masked(Array(text.utf8)), as: UTF8.self).map { shown($0) } ?? text
  }

  private static let leftOut = "(left out)"
  private static let separators = Array(" \t\r\n\"'`,&;<>(){}".utf8)

  // MARK: Values

  /// The value behind a name: behind `=`, `:` or `=>`, each in spaces, or behind spaces where the name is an option; nil if
  /// nothing of that follows. Quotation marks around both belong to neither.
  private static func value(in text: [UInt8], behind name: Range<Int>) -> Range<Int>? {
    var index = name.upperBound
    while index < text.count, isQuotation(text[index]) || text[index] == UInt8(ascii: "\\") { index += 1 }
    let isOption = text[name.lowerBound] == UInt8(ascii: "-")
    let afterName = index
    index = endOfSpaces(text, from: index)
    if text[index...].starts(with: "=>".utf8) {
      index += 2
    } else if text[index...].starts(with: "%3D".utf8) || text[index...].starts(with: "%3A".utf8) {
      index += 3
    } else if index < text.count, text[index] == UInt8(ascii: "=") || text[index] == UInt8(ascii: ":") {
      index += 1
    } else if !isOption || index == afterName {
      return nil
    }
    index = endOfSpaces(text, from: index)
    while index < text.count, text[index] == UInt8(ascii: "\\") { index += 1 }
    guard index < text.count else { return nil }
    // A dictionary of Python may write bytes: b'…'.
    if text[index] == UInt8(ascii: "b"), index + 1 < text.count, isQuotation(text[index + 1]) { index += 1 }
    let mark = isQuotation(text[index]) ? text[index] : nil
    if mark != nil { index += 1 }
    let start = index
    while index < text.count, index - start < longestValue {
      let byte = text[index]
      if let mark {
        if byte == mark || byte == 0x0A { break }
        // What escapes the closing mark is not part of the value.
        if byte == UInt8(ascii: "\\"), index + 1 < text.count, text[index + 1] == mark { break }
      } else if separators.contains(byte) || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "]") {
        break
      }
      index += 1
    }
    let value = text[start..<index]
    let isNothing = nothings.contains { ASCII.isEqualIgnoringCase(value, $0.utf8) }
    return value.isEmpty || isNothing ? nil : start..<index
  }

  private static let longestValue = 16_384
  private static let nothings = ["null", "none", "true", "false", "undefined"]

  private static func endOfSpaces(_ text: [UInt8], from start: Int) -> Int {
    text[start...].prefix(16).firstIndex { $0 != 0x20 && $0 != 0x09 } ?? min(text.count, start + 16)
  }

  /// A client secret in the form in which Entra gives them out: three characters, a digit, `Q~`, and more.
  private static func clientSecret(in text: [UInt8], from start: Int) -> Range<Int>? {
    let end =
      text[start...].prefix(longestSecret).firstIndex { !isOfSecret($0) } ?? min(text.count, start + longestSecret)
    var index = start
    while index + 6 < end {
      if ASCII.isDigit(text[index + 3]), text[index + 4] == UInt8(ascii: "Q"), text[index + 5] == UInt8(ascii: "~") {
        return index..<end
      }
      index += 1
    }
    return nil
  }

  private static let longestSecret = 128

  private static func endOfWord(_ text: [UInt8], from start: Int) -> Int {
    text[start...].firstIndex { !isOfName($0) } ?? text.count
  }

  private static func isOfName(_ byte: UInt8) -> Bool { ASCII.isLetterOrDigit(byte) || "_-".utf8.contains(byte) }

  private static func isOfSecret(_ byte: UInt8) -> Bool { ASCII.isLetterOrDigit(byte) || "_-.~".utf8.contains(byte) }

  private static func isQuotation(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
  }
}
