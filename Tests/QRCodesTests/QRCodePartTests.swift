import Messages
import OpenSSLCrypto
import QRCodes
import Signing
import Testing

@Suite struct QRCodePartTests {
  private static let cryptography = OpenSSLCryptography()
  /// `abcdef` in three parts; its SHA-256 begins with BEF57EC7, by sha256sum.
  private static let parts = ["1/3:BEF57EC7:ab", "2/3:BEF57EC7:cd", "3/3:BEF57EC7:ef"].map { "keyroll-part:\($0)" }

  private func join(_ text: String) throws(QRCodeError) -> String {
    let bytes = Array(text.utf8)
    return try QRCodePart.join(bytes.span, cryptography: Self.cryptography)
  }

  private func code(_ lines: [String]) -> QRCodeError.Code? {
    do throws(QRCodeError) {
      _ = try join(lines.joined(separator: "\n"))
      return nil
    } catch { return error.code }
  }

  @Test("parts are joined in any order, with any line ends, and if they occur more than once")
  func order() throws {
    for separator in ["\n", "\r\n", "\n\n"] {
      let text = (Self.parts.reversed() + Self.parts).joined(separator: separator) + separator
      #expect(try join(text) == "abcdef")
    }
  }

  @Test("the prefix that zbarimg prints is left out")
  func prefix() throws {
    let text = Self.parts.map { "QR-Code:\($0)\n" }.joined()
    #expect(try join(text) == "abcdef")
  }

  @Test("a part keeps the colons and blanks of its text")
  func separators() {
    #expect(QRCodePart("keyroll-part:1/1:00000000: a:b:/ ")?.text == " a:b:/ ")
  }

  @Test("a missing part is named")
  func missing() {
    #expect { try join(Self.parts[1]) } throws: {
      ($0 as? QRCodeError)?.message == "of 3 parts 2 are missing: 1, 3"
    }
    #expect(code([]) == .partMissing)
  }

  @Test("parts of another text are refused")
  func several() {
    #expect(code([Self.parts[0], "keyroll-part:2/3:BEF57EC8:cd"]) == .partsOfSeveral)
    #expect(code([Self.parts[0], "keyroll-part:2/2:BEF57EC7:cd"]) == .partsOfSeveral)
  }

  @Test("a changed part is noticed")
  func changed() {
    #expect(code([Self.parts[0], Self.parts[1], "keyroll-part:3/3:BEF57EC7:eg"]) == .checksumMismatch)
    #expect(code(Self.parts + ["keyroll-part:3/3:BEF57EC7:eg"]) == .checksumMismatch)
  }

  @Test(
    "parts of a text that keyroll would not draw are refused, even if they belong together",
    arguments: [
      "", "a\u{1B}[2J", "a\u{7F}", "\u{9B}2J", "a\tb", "a\u{202E}b", "\u{200B}", "\u{2028}", "\u{2800}", "a  b",
    ])
  func notDrawn(text: String) throws {
    let bytes = Array(text.utf8)
    let digest = try Self.cryptography.digest(bytes.span, with: .sha256)
    let checksum = digest.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined().uppercased()
    #expect(code(["keyroll-part:1/1:\(checksum):\(text)"]) == .notDrawable)
  }

  @Test("the text of a single code is the whole text, and is refused beside parts")
  func whole() throws {
    let text = Array("QR-Code:x: y\r\n".utf8)
    #expect(try QRCodePart.join(text.span, cryptography: Self.cryptography) == "x: y")
    #expect(code(["x", "keyroll-part:1/1:BEF57EC7:a"]) == .malformedPart)
    #expect(code(["x", "y"]) == .malformedPart)
    #expect(code(["a  b"]) == .notDrawable)
    #expect(code([]) == .partMissing)
  }

  @Test(
    "a line that is not exactly a part is refused",
    arguments: [
      "keyroll-part", "keyroll-part:1/3:BEF57EC7", "keyroll-part:0/3:BEF57EC7:a", "keyroll-part:4/3:BEF57EC7:a",
      "keyroll-part:1/17:BEF57EC7:a", "keyroll-part:+1/3:BEF57EC7:a", "keyroll-part:1:BEF57EC7:a",
      "keyroll-part:1/3/3:BEF57EC7:a", "keyroll-part:001/3:BEF57EC7:a", "keyroll-part:1/3:bef57ec7:a",
      "keyroll-part:1/3:BEF57EC:a", "Keyroll-part:1/3:BEF57EC7:a", " keyroll-part:1/3:BEF57EC7:a",
      "keyroll-part:/:BEF57EC7:a",
    ])
  func malformed(line: String) {
    #expect(QRCodePart(line) == nil)
    #expect(code([line]) == .malformedPart)
  }
}
