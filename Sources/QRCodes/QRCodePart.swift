import Encodings
public import Messages
public import Signing

/// The text of one of several QR codes: a part of a text, with its number and the checksum of the whole.
public struct QRCodePart: Sendable, Hashable, CustomStringConvertible {
  /// From 1.
  public let number: Int
  /// The number of parts.
  public let count: Int
  /// The first four bytes of the SHA-256 of the whole text, in upper-case hexadecimal.
  public let checksum: String
  /// The content of this part.
  public let text: String

  private static let marker = "keyroll-part"

  public var description: String { "\(Self.marker):\(number)/\(count):\(checksum):\(text)" }

  init(number: Int, count: Int, checksum: String, text: String) {
    self.number = number
    self.count = count
    self.checksum = checksum
    self.text = text
  }

  /// Reads the text of one code; nil if it is not a part.
  public init?(_ text: some StringProtocol) {
    let fields = text.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 3, omittingEmptySubsequences: false)
    guard fields.count == 4, fields[0].elementsEqual(Self.marker.utf8), fields[2].count == 8,
      fields[2].allSatisfy({ "0123456789ABCDEF".utf8.contains($0) })
    else { return nil }
    let numbers = fields[1].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard numbers.count == 2, let number = Self.number(numbers[0]), let count = Self.number(numbers[1]),
      number <= count, let checksum = String(validating: fields[2], as: UTF8.self),
      let rest = String(validating: fields[3], as: UTF8.self)
    else { return nil }
    self.init(number: number, count: count, checksum: checksum, text: rest)
  }

  /// One or two digits for a number from 1 to the most codes there can be.
  private static func number(_ digits: some Collection<UInt8>) -> Int? {
    guard (1...2).contains(digits.count) else { return nil }
    var number = 0
    for digit in digits {
      guard ASCII.isDigit(digit) else { return nil }
      number = number * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return (1...QRCodeParts.mostCodes).contains(number) ? number : nil
  }

  static func checksum(of text: String, _ cryptography: any Cryptography) throws(QRCodeError) -> String {
    let bytes = Array(text.utf8)
    do throws(KeyError) {
      return Hexadecimal.upperCase(Array(try cryptography.digest(bytes.span, with: .sha256).prefix(4)))
    } catch {
      throw QRCodeError(.notDrawable, error.message)
    }
  }
}

extension QRCodePart {
  /// Joins parts that were read in any order, with repetitions, into the whole text.
  ///
  /// `text` has a part on each line, as readers print them, with or without `QR-Code:` before it. The result is a text
  /// that `QRCodeParts` can draw, so it has no effect on a terminal.
  ///
  /// A single code that is not a part has the whole text, which is returned as it is.
  ///
  /// Throws `qr-part-malformed`, `qr-parts-of-several`, `qr-part-missing`, `qr-checksum-mismatch`, or `qr-not-drawable` for
  /// parts of a text that keyroll would not have drawn.
  public static func join(_ text: Span<UInt8>, cryptography: any Cryptography) throws(QRCodeError) -> String {
    let lines = try lines(of: text)
    // A part that was misread must not pass for a whole text.
    if lines.count == 1, !lines[0].lowercased().contains(marker) {
      return try requireDrawable(lines[0], "the code holds a text")
    }
    let parts = try parts(in: lines)
    guard let first = parts.values.first else {
      throw QRCodeError(.partMissing, "the input has no part of a text from QR codes")
    }
    let missing = (1...first.count).filter { parts[$0] == nil }
    if !missing.isEmpty {
      let numbers = missing.map(String.init).joined(separator: ", ")
      throw QRCodeError(
        .partMissing,
        "of \(first.count) parts \(missing.count == 1 ? "one is" : "\(missing.count) are") missing: \(numbers)",
        hint: "read the missing codes, too; their order does not matter")
    }
    let whole = (1...first.count).compactMap { parts[$0]?.text }.joined()
    guard try checksum(of: whole, cryptography) == first.checksum else {
      throw QRCodeError(
        .checksumMismatch, "all parts are there, but they do not make the text that was drawn",
        hint: "read the codes again")
    }
    return try requireDrawable(whole, "the parts make a text")
  }

  private static func requireDrawable(_ text: String, _ what: String) throws(QRCodeError) -> String {
    if QRCodeParts.isDrawable(text) { return text }
    throw QRCodeError(
      .notDrawable,
      "\(what) that keyroll did not draw: it is empty, or has characters that do not print or a row of spaces",
      hint: "find out where the codes come from")
  }

  /// The text of each code, without what readers print before it.
  private static func lines(of text: Span<UInt8>) throws(QRCodeError) -> [String] {
    guard let text = String(validating: text.indices.map { text[$0] }, as: UTF8.self) else {
      throw QRCodeError(.malformedPart, "what was read from the QR codes is not text in UTF-8")
    }
    return text.unicodeScalars.split { $0 == "\n" || $0 == "\r" }.map { line in
      String(
        line.starts(with: readerPrefix.unicodeScalars) ? line.dropFirst(readerPrefix.unicodeScalars.count) : line)
    }
  }

  /// The parts of one text, by their numbers.
  private static func parts(in lines: [String]) throws(QRCodeError) -> [Int: QRCodePart] {
    var parts: [Int: QRCodePart] = [:]
    for (index, line) in lines.enumerated() {
      guard let part = QRCodePart(line) else {
        throw QRCodeError(
          .malformedPart, "line \(index + 1) does not begin as a part of a text in QR codes, such as \(example)")
      }
      if let first = parts.values.first, (part.count, part.checksum) != (first.count, first.checksum) {
        throw QRCodeError(
          .partsOfSeveral, "line \(index + 1) is part of another text than the lines before it",
          hint: "give the parts of one text alone")
      }
      if let other = parts.updateValue(part, forKey: part.number), other != part {
        throw QRCodeError(.checksumMismatch, "part \(part.number) occurs twice, with different contents")
      }
    }
    return parts
  }

  /// The prefix that zbarimg and zbarcam print.
  private static let readerPrefix = "QR-Code:"
  private static let example = "keyroll-part:1/3:9F86D081:"
}
