import Encodings
import Testing

@Suite("ASCII")
struct ASCIITests {
  @Test("White space is space, tab, line feed and carriage return, and no other byte")
  func whiteSpace() {
    #expect((0...UInt8.max).filter { ASCII.isWhiteSpace($0) } == [0x09, 0x0A, 0x0D, 0x20])
  }

  @Test("Letters and digits are those of ASCII")
  func lettersAndDigits() {
    let all = (0...UInt8.max).filter { ASCII.isLetterOrDigit($0) }
    #expect(all == Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8))
    #expect(all.filter { ASCII.isDigit($0) } == Array("0123456789".utf8))
    #expect(all.filter { ASCII.isUpperCase($0) }.map { ASCII.lowercased($0) } == all.filter { ASCII.isLowerCase($0) })
  }

  @Test(
    "A comparison without case affects only ASCII letters",
    arguments: [
      ("pkcs11:", "PKCS11:", true), ("", "", true), ("[", "{", false), ("@", "`", false), ("k", "\u{212A}", false),
      ("é", "É", false), ("a", "ab", false),
    ])
  func caseless(_ left: String, _ right: String, _ isEqual: Bool) {
    #expect(ASCII.isEqualIgnoringCase(left, right) == isEqual)
    #expect(ASCII.isEqualIgnoringCase(right, left) == isEqual)
  }
}
