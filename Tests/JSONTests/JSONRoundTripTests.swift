import Encodings
import JSON
import TestSupport
import Testing

@Suite("JSONWriter and JSONReader")
struct JSONRoundTripTests {
  /// A random value that keeps within the limits.
  private func value(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0..<(depth >= JSONLimits.token.depth ? 5 : 7), using: &generator) {
    case 0: return .null
    case 1: return .boolean(.random(using: &generator))
    case 2:
      return .integer(Int64.random(in: .min ... .max, using: &generator) >> Int64.random(in: 0..<63, using: &generator))
    case 3, 4: return .string(string(using: &generator))
    case 5:
      return .array(
        (0..<Int.random(in: 0...4, using: &generator)).map { _ in value(depth: depth + 1, using: &generator) })
    default:
      var object = JSONObject()
      for _ in 0..<Int.random(in: 0...20, using: &generator) {
        object[string(using: &generator)] = value(
          depth: depth + Int.random(in: 1...8, using: &generator), using: &generator)
      }
      return .object(object)
    }
  }

  private func string(using generator: inout SeededGenerator) -> ExactText {
    var text = ""
    for _ in 0..<Int.random(in: 0...6, using: &generator) {
      let ranges: [ClosedRange<UInt32>] = [
        0...0x7F, 0...0x7F, 0x80...0x7FF, 0x300...0x36F, 0x800...0xFFFF, 0x10000...0x10FFFF,
      ]
      let range = ranges[Int.random(in: 0..<ranges.count, using: &generator)]
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) { text.unicodeScalars.append(scalar) }
    }
    return ExactText(text)
  }

  @Test(
    "A written value is read back the same, on one line and indented, and is written again as the same bytes",
    arguments: 1...4 as ClosedRange<UInt64>)
  func roundTrip(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let value = value(depth: 1, using: &generator)
      let bytes = JSONWriter.bytes(value)
      let read = try JSONReader.value(bytes.span)
      #expect(read == value)
      #expect(JSONWriter.bytes(read) == bytes)
      #expect(try JSONReader.value(Array(JSONWriter.indentedText(value).utf8).span) == value)
    }
  }

  @Test(
    "A value that is read from spoiled JSON is written as text that is read the same",
    arguments: 1...4 as ClosedRange<UInt64>
  )
  func spoiled(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var readCount = 0
    for _ in 0..<1000 {
      let text = Mutation.mutate(JSONWriter.bytes(value(depth: 8, using: &generator)), using: &generator)
      guard let value = try? JSONReader.value(text.span) else { continue }
      readCount += 1
      #expect(try JSONReader.value(JSONWriter.bytes(value).span) == value)
    }
    #expect(readCount > 0)
  }

  @Test(
    "Odd characters are escaped as RFC 8259 requires, and no others",
    arguments: [
      ("\u{0}\u{1F}\u{7F}", "\"\\u0000\\u001f\u{7F}\""), ("\"\\/", "\"\\\"\\\\/\""),
      ("\u{2028}\u{FEFF}", "\"\u{2028}\u{FEFF}\""), ("\n\t", "\"\\u000a\\u0009\""),
    ])
  func oddCharacters(_ text: String, _ written: String) {
    #expect(JSONWriter.bytes(.string(ExactText(text))) == Array(written.utf8))
  }
}
