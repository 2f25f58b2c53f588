public import Signing
public import Messages

/// A text in so many QR codes as a camera can read, each of which says which part of what it holds.
///
/// A text that fits one code stands in it as it is. Else part 2 of 3 begins with `keyroll-part:2/3:9F86D081:`, where the
/// checksum is the first four bytes of the SHA-256 of the whole text, in hexadecimal.
public struct QRCodeParts: Sendable {
  /// In the order of the text.
  public let codes: [QRCode]

  /// The most codes that a text is spread over.
  public static let mostCodes = 16
  /// The largest version drawn where nothing else limits it: 109 modules and up to 1,091 bytes, more than a token of an
  /// RSA-2048 key needs.
  public static let largestVersion = 23

  /// Throws `qr-not-drawable` for text with line breaks, other characters that do not print or rows of spaces, which the way
  /// through a camera, a reader and a terminal does not keep, and `qr-too-long` when so many codes of that version do not hold it.
  public init(
    _ text: String, largestVersion: Int = Self.largestVersion, encoder: borrowing QREncoder,
    cryptography: any Cryptography
  ) throws(QRCodeError) {
    guard Self.isDrawable(text) else {
      throw QRCodeError(
        .notDrawable,
        "text that is empty, or has characters that do not print or a row of spaces, does not go into QR codes")
    }
    for count in 1...Self.mostCodes {
      let texts = try Self.texts(text, count, cryptography)
      var codes: [QRCode] = []
      for text in texts {
        guard let code = try encoder.code(for: text), code.version <= largestVersion else { break }
        codes.append(code)
      }
      if codes.count == texts.count {
        self.codes = codes
        return
      }
    }
    throw QRCodeError(
      .tooLong, "\(text.utf8.count) bytes are more than \(Self.mostCodes) QR codes hold that a camera reads here",
      hint: "carry it as a file")
  }

  /// False for empty text, and for text that a terminal would show as something else: with code points that do not print, or
  /// with rows of spaces. Nothing that keyroll makes is such a text.
  static func isDrawable(_ text: String) -> Bool {
    let isSpace = text.unicodeScalars.map { $0 == " " }
    return !text.isEmpty && text.unicodeScalars.allSatisfy(VisibleText.isVisible)
      && !zip(isSpace, isSpace.dropFirst()).contains { $0 && $1 }
  }

  /// The text of each code: parts of like length, the longest first, none of which ends inside a character.
  private static func texts(
    _ text: String, _ count: Int, _ cryptography: any Cryptography
  ) throws(QRCodeError) -> [String] {
    if count == 1 { return [text] }
    let checksum = try QRCodePart.checksum(of: text, cryptography)
    let target = (text.utf8.count + count - 1) / count
    var parts: [String] = [""]
    for scalar in text.unicodeScalars {
      if parts[parts.count - 1].utf8.count >= target, parts.count < count { parts.append("") }
      parts[parts.count - 1].unicodeScalars.append(scalar)
    }
    return parts.enumerated().map { index, part in
      QRCodePart(number: index + 1, count: parts.count, checksum: checksum, text: part).description
    }
  }
}
