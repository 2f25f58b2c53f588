import Encodings
import Testing

@Suite("Base64")
struct Base64Tests {
  @Test(
    "The vectors of RFC 4648, section 10, go both ways",
    arguments: [
      ("", "", ""), ("f", "Zg", "Zg=="), ("fo", "Zm8", "Zm8="), ("foo", "Zm9v", "Zm9v"), ("foob", "Zm9vYg", "Zm9vYg=="),
      ("fooba", "Zm9vYmE", "Zm9vYmE="), ("foobar", "Zm9vYmFy", "Zm9vYmFy"),
    ])
  func vectors(_ text: String, _ url: String, _ standard: String) throws {
    #expect(Base64.url.text(Array(text.utf8)) == url)
    #expect(Base64.standard.text(Array(text.utf8)) == standard)
    #expect(try Base64.url.decode(Array(url.utf8).span) == Array(text.utf8))
    #expect(try Base64.standard.decode(Array(standard.utf8).span) == Array(text.utf8))
  }

  @Test("Every byte string has one spelling: whatever decodes encodes to the same text")
  func canonical() throws {
    var generator = SystemRandomNumberGenerator()
    for count in 0..<300 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      for coder in [Base64.url, .standard] {
        #expect(try coder.decode(coder.encode(bytes.span).span) == bytes)
      }
    }
    // All texts of one, two and three characters: an accepted text must be the one that would be
    // written.
    let characters = Array("AQZgw-_+/=9 ".utf8)
    for first in characters {
      for second in characters {
        for text in [[first], [first, second]] + characters.map({ [first, second, $0] }) {
          for coder in [Base64.url, .standard] {
            if let bytes = try? coder.decode(text.span) { #expect(coder.encode(bytes.span) == text) }
          }
        }
      }
    }
  }

  @Test(
    "Each difference from base64url has its own reason",
    arguments: [
      ("Zg==", Base64Error.Code.padding), ("Zg=", .padding), ("Zm9v=", .padding), ("Z", .impossibleLength),
      ("Zm9vZ", .impossibleLength),
      ("Zh", .unusedBits), ("Zm9", .unusedBits), ("-_+_", .otherAlphabet), ("//__", .otherAlphabet),
      ("Zm9v\n", .whitespace),
      (" Zm9v", .whitespace), ("Zm~v", .illegalCharacter), ("Zm9\u{0}", .illegalCharacter), ("Zg==Zg", .padding),
      ("Zm９v", .illegalCharacter),
    ])
  func refuses(_ text: String, _ code: Base64Error.Code) {
    do {
      let bytes = try Base64.url.decode(Array(text.utf8).span)
      Issue.record("decoded to \(bytes)")
    } catch { #expect(error.code == code) }
  }

  @Test("Text in lines of any width, or in the other alphabet, decodes to the same bytes")
  func brokenUp() throws {
    let bytes = (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 151) }
    for count in [0, 1, 2, 3, 50, 198, 199, 200] {
      let bytes = bytes.prefix(count)
      for coder in [Base64.url, .standard] {
        let text = coder.encode(Array(bytes).span)
        let others = (coder == .url ? Base64.standard : .url).encode(Array(bytes).span)
        for width in 1...20 {
          for (text, isOther) in [(text, false), (others, true)] {
            let lines = stride(from: 0, to: text.count, by: width).map { text[$0...].prefix(width) }
            let broken = Array(lines.joined(separator: [0x0A]))
            // Base64url without its padding cannot be told from standard base64.
            if isOther, coder == .standard, count % 3 != 0 { continue }
            let (decoded, irregularities) = try coder.decodeReportingIrregularities(broken.span)
            #expect(decoded == Array(bytes))
            #expect(irregularities.contains { $0.code == .whitespace } == (lines.count > 1))
            #expect(isOther || !irregularities.contains { $0.code == .otherAlphabet })
          }
        }
      }
    }
  }

  @Test(
    "A spelling that is reported and not refused has only one meaning",
    arguments: [
      ("Zg==", [Base64Error.Code.padding]), ("Zm8=", [.padding]), ("Zg = =", [.whitespace, .padding]),
      (" Z\tg\r\n", [.whitespace]), ("Zh", [.unusedBits]),
      ("+_8", [.otherAlphabet]), ("Zh==\n", [.padding, .whitespace, .unusedBits]), ("", []), ("Zg", []),
    ])
  func irregularities(_ text: String, _ codes: [Base64Error.Code]) throws {
    #expect(try Base64.url.decodeReportingIrregularities(Array(text.utf8).span).irregularities.map(\.code) == codes)
  }

  @Test(
    "Padding that does not fit, or has something after it, is refused even if irregularities are reported",
    arguments: [
      "=", "==", "Zg=", "Zg===", "Zm9v=", "Zm9v====", "Zm8==", "Zg==Zg", "Zg=A=", "====", "Z===", "Z=",
    ])
  func oddPadding(_ text: String) {
    #expect(throws: Base64Error.self) { try Base64.url.decodeReportingIrregularities(Array(text.utf8).span) }
    #expect(throws: Base64Error.self) { try Base64.standard.decodeReportingIrregularities(Array(text.utf8).span) }
  }

  @Test(
    "Missing padding is distinguished from too much padding",
    arguments: [
      ("Zg", "too little = padding, at byte 2"), ("Zg=", "too little = padding, at byte 3"),
      ("Zm9v=", "= padding where none is allowed, at byte 5"), ("Zg===", "= padding where none is allowed, at byte 4"),
      ("Zg==Zg", "= padding where none is allowed, at byte 4"),
    ])
  func paddingMessages(_ text: String, _ message: String) {
    do {
      _ = try Base64.standard.decode(Array(text.utf8).span)
      Issue.record("decoded")
    } catch { #expect(error.message == message) }
  }

  @Test("Standard base64 needs its padding")
  func standardPadding() {
    for text in ["Zg", "Zg=", "Zm8", "Zm9v="] {
      #expect(throws: Base64Error.self) { try Base64.standard.decode(Array(text.utf8).span) }
    }
  }

  @Test(
    "Decoding into memory of the caller accepts only what is tolerated",
    arguments: [
      ("Zm9v\nYg==", Base64.standard, [Base64Error.Code.whitespace], nil),
      ("Zm9v\nYg==", .standard, [], .whitespace), ("Zm9vYg", .standard, [.whitespace], .padding),
      ("Zm9v Yh==", .standard, [.whitespace], .unusedBits), ("-_+_", .standard, [.whitespace], .otherAlphabet),
      ("Zm9v Yh==", .url, [.whitespace, .padding, .unusedBits], nil), ("Zm9vYg==", .url, [], .padding),
      ("Zm9v~A==", .standard, [.whitespace], .illegalCharacter),
    ] as [(String, Base64, [Base64Error.Code], Base64Error.Code?)])
  func tolerance(_ text: String, _ alphabet: Base64, _ tolerated: [Base64Error.Code], _ refusal: Base64Error.Code?) {
    let text = Array(text.utf8)
    var room = [UInt8](repeating: 0xEE, count: Base64.capacity(forDecoding: text.count))
    var output = room.mutableSpan
    do throws(Base64Error) {
      let count = try alphabet.decode(text.span, into: &output, tolerating: Set(tolerated))
      #expect(refusal == nil)
      #expect(Array(room.prefix(count)) == Array("foob".utf8))
    } catch {
      #expect(error.code == refusal)
    }
  }

  @Test("Bytes have a spelling in both alphabets, each with and without padding")
  func spellings() {
    #expect(Base64.spellings(of: [0xFB, 0xFF, 0xFE, 0xFF]) == ["+//+/w==", "+//+/w", "-__-_w==", "-__-_w"])
    #expect(Base64.spellings(of: [0xFB, 0xFF, 0xFE]) == ["+//+", "+//+", "-__-", "-__-"])
  }
}
