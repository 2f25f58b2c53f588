import Encodings
import JSON
import Testing

/// A reader of eight bytes, or four characters, at a time must give the same result wherever the text
/// is in them.
@Suite("Reading words")
struct WordBoundaryTests {
  private func error(_ text: String) -> JSONError? {
    do throws(JSONError) {
      _ = try JSONReader.value(Array(text.utf8).span)
      return nil
    } catch {
      return error
    }
  }

  @Test("The end of a plain run of a string is found at every place", arguments: 0..<24)
  func stringEnds(_ length: Int) throws {
    for filler in ["a", "é", "~"] {
      let run = String(repeating: filler, count: length)
      let bytes = Array("[\"\(run)\",\"\(run)\\n\(run)\"]".utf8)
      let expected: [JSONValue] = [.string(ExactText(run)), .string(ExactText("\(run)\n\(run)"))]
      #expect(try JSONReader.value(bytes.span) == .array(expected))
      for control in ["\u{0}", "\u{1}", "\u{1F}"] {
        let problem = try #require(error("[[\"\(run)\(control)\(run)\"]]"))
        #expect(problem.code == .syntax && problem.offset == 3 + run.utf8.count)
      }
      #expect(error("\"\(run)")?.offset == 1 + run.utf8.count)
    }
  }

  @Test("A byte that is not UTF-8 is refused at every place", arguments: 0..<24)
  func invalidEncoding(_ length: Int) {
    for byte in [0x80, 0xC0, 0xFF] as [UInt8] {
      var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 24)
      bytes[length] = byte
      let text = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
      #expect(throws: JSONError.self) { try JSONReader.value(text.span) }
    }
  }

  @Test("A number ends before the first byte that is not a digit, at every place", arguments: 1..<24)
  func numbers(_ length: Int) throws {
    let digits = String(repeating: "7", count: length)
    for byte in ["/", ":", "a", "\u{1}", "é"] {
      let problem = try #require(error("[\(digits)\(byte)]"))
      #expect(problem.code == .syntax && problem.offset == 1 + length)
    }
    #expect(try JSONReader.value(Array(digits.utf8).span).number?.text == digits)
    #expect(try JSONReader.value(Array("0.\(digits)e\(digits)".utf8).span).number?.text == "0.\(digits)e\(digits)")
  }

  @Test("Zeros around the point move nothing, however many", arguments: [0, 1, 6, 7, 8, 9, 17, 300])
  func zeros(_ count: Int) throws {
    let zeros = String(repeating: "0", count: count)
    func roundedUp(_ text: String) throws -> Int64? {
      try JSONReader.value(Array(text.utf8).span).number?.roundedUp
    }
    if count > 0 { #expect(try roundedUp("1700000000.\(zeros)") == 1_700_000_000) }
    #expect(try roundedUp("1700000000.\(zeros)1") == 1_700_000_001)
    #expect(try roundedUp("0.\(zeros)17e\(count + 2)") == 17)
    #expect(try roundedUp("0.\(zeros)17e\(zeros)\(count + 1)") == 2)
    #expect(try roundedUp("17\(zeros)e-\(count)") == 17)
    #expect(try roundedUp("17\(zeros)1e-\(count + 1)") == 18)
    #expect(try roundedUp("-17\(zeros)1e-\(count + 1)") == -17)
  }

  @Test(
    "A name that occurs twice is refused, wherever the two are among many others",
    arguments: [2, 8, 9, 10, 16, 17, 64, 65, 500])
  func duplicates(_ count: Int) throws {
    for length in [1, 8, 20] {
      let names = (0..<count).map { "\(String(repeating: "n", count: length))\($0)" }
      func object(_ names: [String]) -> String { "{" + names.map { "\"\($0)\":0" }.joined(separator: ",") + "}" }
      #expect(error(object(names)) == nil)
      // The same names in other objects, beside and inside, are not repetitions.
      #expect(error("[\(object(names)),{\"x\":\(object(names)),\"y\":{\"z\":0}}]") == nil)
      for index in [0, count / 2, count - 1] {
        #expect(error(object(names + [names[index]]))?.code == .duplicateName)
        #expect(error(object([names[index]] + names))?.code == .duplicateName)
        let escaped = "\\u006e" + names[index].dropFirst()
        #expect(error(object(names + [escaped]))?.code == .duplicateName)
        #expect(error("[\(object(names)),\(object(names + [names[index]]))]")?.code == .duplicateName)
      }
    }
  }

  @Test("One irregular character of base64url is reported at every place, and the rest is decoded", arguments: 0..<20)
  func base64(_ place: Int) throws {
    let bytes = (0..<15).map { UInt8($0 * 17) }
    let regular = Base64.url.encode(bytes.span)
    for (character, code) in [("\n", Base64Error.Code.whitespace), (" ", .whitespace)] {
      var text = regular
      text.insert(contentsOf: character.utf8, at: place)
      let (decoded, irregularities) = try Base64.url.decodeReportingIrregularities(text.span)
      #expect(decoded == bytes)
      #expect(irregularities.map(\.code) == [code] && irregularities.map(\.offset) == [place])
    }
    var other = regular
    other[place] = UInt8(ascii: "+")
    var own = regular
    own[place] = UInt8(ascii: "-")
    let (decoded, irregularities) = try Base64.url.decodeReportingIrregularities((other + other).span)
    #expect(decoded == (try Base64.url.decode((own + own).span)))
    #expect(irregularities.map(\.code) == [.otherAlphabet] && irregularities.map(\.offset) == [place])
    var illegal = regular
    illegal[place] = UInt8(ascii: "!")
    let problem = try #require(throws: Base64Error.self) { try Base64.url.decode(illegal.span) }
    #expect(problem.code == .illegalCharacter && problem.offset == place)
  }

  @Test("bytes are found from an offset on, up to the end and not beyond it")
  func offsets() {
    let bytes = Array("abcabcab".utf8)
    #expect(bytes.span.firstOffset(of: Array("abc".utf8)) == 0)
    #expect(bytes.span.firstOffset(of: Array("abc".utf8), from: 1) == 3)
    #expect(bytes.span.firstOffset(of: Array("abc".utf8), from: 4) == nil)
    #expect(bytes.span.firstOffset(of: Array("cab".utf8), from: 5) == 5)
    #expect(bytes.span.firstOffset(of: Array("abcabcabc".utf8)) == nil)
    #expect(bytes.span.firstOffset(of: []) == nil)
  }
}
