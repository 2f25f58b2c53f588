import Encodings
import JSON
import Tokens

extension FuzzTarget {
  static let json = FuzzTarget(
    "json", "JSON text",
    seeds: {
      try Seeds.corpus("json-test-suite", endingIn: "json") + Seeds.fixtures("public-keys", endingIn: "jwk", "json")
        + Seeds.tokens().flatMap { token in
          token.split(separator: UInt8(ascii: ".")).prefix(2).compactMap { part in
            try? Base64.url.decode(Array(part).span)
          }
        }
    }
  ) { input in
    let value: JSONValue
    do throws(JSONError) { value = try JSONReader.value(input.span) } catch {
      try require((0...input.count).contains(error.offset), "an error is somewhere in the text")
      return
    }
    let written = JSONWriter.bytes(value)
    // Control characters and indentation take more room than before.
    let again = try JSONReader.value(written.span, within: .savedAnswer)
    try require(again == value, "what is written is read back the same")
    try require(JSONWriter.bytes(again) == written, "and is written again to the same bytes")
    let indented = Array(JSONWriter.indentedText(value).utf8)
    try require(
      try JSONReader.value(indented.span, within: .savedAnswer) == value, "what is written on lines is read the same")
    let object = try? JSONReader.object(input.span)
    try require(object == value.object, "an object is read as the object that the value is")
    try requireSound(value, depth: 1)
  }

  private static func requireSound(_ value: JSONValue, depth: Int) throws {
    switch value {
    case .array(let elements):
      try require(depth <= Limits.depth, "nothing is nested deeper than allowed")
      for element in elements { try requireSound(element, depth: depth + 1) }
    case .object(let object):
      try require(depth <= Limits.depth, "nothing is nested deeper than allowed")
      try require(Set(object.members.map(\.name)).count == object.members.count, "no name occurs twice in an object")
      for member in object.members { try requireSound(member.value, depth: depth + 1) }
    case .number(let number): try requireSound(number)
    default: break
    }
  }

  private static func requireSound(_ number: JSONNumber) throws {
    if let integer = number.integer {
      try require(number.isInteger && number.roundedUp == integer, "\(number) is a whole number and rounds to itself")
      try require(
        String(integer) == (number.text == "-0" ? "0" : number.text), "\(number) has the value that its digits show")
    }
    guard let rounded = number.roundedUp, let approximation = Double(number.text), abs(approximation) < 0x1p52 else {
      return
    }
    try require(
      Double(rounded) == approximation.rounded(.up) || abs(approximation.rounded() - approximation) < 0x1p-20,
      "\(number) rounds up to \(rounded)")
  }
}
