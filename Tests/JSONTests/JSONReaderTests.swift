import Encodings
import JSON
import Testing

@Suite("JSONReader")
struct JSONReaderTests {
  private func read(_ text: String) throws(JSONError) -> JSONValue { try JSONReader.value(Array(text.utf8).span) }

  @Test(
    "A text outside the grammar or the limits is refused with its own reason",
    arguments: [
      ("", JSONError.Code.syntax), ("nul", .syntax), ("+1", .syntax), ("1.", .syntax), (".5", .syntax),
      ("1e", .syntax), ("-", .syntax), ("NaN", .syntax), ("[1,]", .syntax), ("{\"a\":1,}", .syntax),
      ("{\"a\" 1}", .syntax),
      ("{a:1}", .syntax), ("'a'", .syntax), ("\"\\q\"", .syntax), ("\"\\u12g4\"", .syntax), ("\"a\nb\"", .syntax),
      ("\"open", .syntax), ("\"\\", .syntax), ("{", .syntax), ("[1 2]", .syntax), ("/* c */1", .syntax),
      ("01", .trailingData), ("1 1", .trailingData), ("{}}", .trailingData), ("{}\u{0}", .trailingData),
      ("\u{FEFF}{}", .invalidEncoding), ("{\u{0}}\u{0}", .invalidEncoding),
      ("\"\\ud800\"", .loneSurrogate), ("\"\\udc00\"", .loneSurrogate), ("\"\\ud800\\ud800\"", .loneSurrogate),
      ("\"\\ud800x\"", .loneSurrogate),
      ("{\"a\":1,\"a\":1}", .duplicateName), ("{\"a\":1,\"\\u0061\":2}", .duplicateName),
      ("[{\"x\":{\"a\":1,\"a\":2}}]", .duplicateName),
    ])
  func refuses(_ text: String, _ code: JSONError.Code) {
    #expect(throws: JSONError.self) { try self.read(text) }
    do { _ = try read(text) } catch { #expect(error.code == code, "\(text)") }
  }

  @Test("Names that are canonically equivalent but differ in code points are two names")
  func codePoints() throws {
    let object = try #require(try read("{\"\u{E9}\":1,\"e\u{301}\":2,\"K\":3,\"\u{212A}\":4}").object)
    #expect(object.members.count == 4)
    #expect(object["e\u{301}"] == .integer(2))
    #expect(object["K"] == .integer(3))
  }

  @Test("Invalid UTF-8 in a string is refused")
  func invalidEncoding() {
    for bytes: [UInt8] in [
      [0x22, 0xFF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xC0, 0x80, 0x22],
      [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22],
    ] {
      do {
        _ = try JSONReader.value(bytes.span)
        Issue.record("accepted \(bytes)")
      } catch { #expect(error.code == .invalidEncoding) }
    }
  }

  @Test(
    "Each limit is exact on both sides",
    arguments: [JSONLimits.token, JSONLimits(byteCount: 1 << 20, depth: 18, elementCount: 16_384)])
  func limits(_ limits: JSONLimits) throws {
    func code(of text: String) -> JSONError.Code? {
      let bytes = Array(text.utf8)
      do throws(JSONError) {
        _ = try JSONReader.value(bytes.span, within: limits)
        return nil
      } catch { return error.code }
    }
    func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    #expect(code(of: nested(limits.depth)) == nil)
    #expect(code(of: nested(limits.depth + 1)) == .tooDeep)
    func list(_ count: Int) -> String { "[" + repeatElement("1", count: count).joined(separator: ",") + "]" }
    #expect(code(of: list(limits.elementCount)) == nil)
    #expect(code(of: list(limits.elementCount + 1)) == .tooManyElements)
    func object(_ count: Int) -> String { "{" + (0..<count).map { "\"\($0)\":1" }.joined(separator: ",") + "}" }
    #expect(code(of: object(limits.elementCount)) == nil)
    #expect(code(of: object(limits.elementCount + 1)) == .tooManyElements)
    func lists(_ count: Int) -> String {
      "[" + repeatElement("[1,{\"a\":1}]", count: count).joined(separator: ",") + "]"
    }
    #expect(code(of: lists(limits.elementCount / 4)) == nil)
    #expect(code(of: lists(limits.elementCount / 4 + 1)) == .tooManyElements)
    func string(_ count: Int) -> String { "\"" + String(repeating: "a", count: count - 2) + "\"" }
    #expect(code(of: string(limits.byteCount)) == nil)
    #expect(code(of: string(limits.byteCount + 1)) == .tooLarge)
  }

  @Test("A name that occurs twice is found among many")
  func duplicateAmongMany() {
    let members = (0..<500).map { "\"n\($0)\":1" } + ["\"n250\":1"]
    #expect(code(of: "{" + members.joined(separator: ",") + "}") == .duplicateName)
  }

  @Test(
    "The reader reads back exactly what the writer wrote",
    arguments: [
      "{}", "[]", "\"\"", "-0", "1e400", "123456789012345678901234567890",
      "{\"a\":[1,true,null,\"\\u0000\\u001f\\\\\\\"/\u{10FFFF}\"],\"b\":{\"c\":{}}}",
    ])
  func roundTrip(_ text: String) throws {
    let value = try read(text)
    #expect(try JSONReader.value(JSONWriter.bytes(value).span) == value)
    #expect(try read(JSONWriter.indentedText(value)) == value)
  }

  private func code(of text: String) -> JSONError.Code? {
    do {
      _ = try read(text)
      return nil
    } catch { return error.code }
  }
}
