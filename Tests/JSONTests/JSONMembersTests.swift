import Encodings
import JSON
import Testing

@Suite("JSONMembers")
struct JSONMembersTests {
  /// The error of a format for a fault.
  private struct Refusal: Error, Equatable {
    let words: String
  }

  private func members(_ text: String, ignoringNull: Bool = false) throws -> JSONMembers<Refusal> {
    JSONMembers(try JSONReader.object(Array(text.utf8)), ignoringNull: ignoringNull) { fault in
      switch fault {
      case .missing(let name): Refusal(words: "missing \(name)")
      case .misshapen(let name, let value, let wanted): Refusal(words: "\(name) is \(value.kind), not \(wanted)")
      case .unknown(let name): Refusal(words: "unknown \(name)")
      }
    }
  }

  @Test("Members are read by name, in any order, each in its shape")
  func shapes() throws {
    var members = try members(#"{"o":{"a":1},"t":["x","y"],"b":true,"i":-7,"s":"text"}"#)
    #expect(try members.require("s", .string) == "text")
    #expect(try members.require("i", .integer) == -7)
    #expect(try members.require("b", .boolean))
    #expect(try members.require("t", .strings("texts")) == ["x", "y"])
    #expect(try members.require("o", .object) == ["a": .integer(1)])
    #expect(try members.take("absent", .string) == nil)
    #expect(throws: Never.self) { try members.refuseOthers() }
  }

  @Test(
    "A member of another shape is refused, in the words for the expected shape",
    arguments: [
      (#"{"m":1}"#, "m is a number, not a string"), (#"{"m":null}"#, "m is null, not a string"),
      (#"{"m":[]}"#, "m is an array, not a string"), (#"{}"#, "missing m"),
    ])
  func refused(_ text: String, _ words: String) throws {
    var members = try members(text)
    #expect(throws: Refusal(words: words)) { try members.require("m", .string) }
  }

  @Test("An array that contains anything except strings is not an array of strings")
  func mixedArray() throws {
    var members = try members(#"{"m":["a",1]}"#)
    #expect(throws: Refusal(words: "m is an array, not texts")) { try members.take("m", .strings("texts")) }
  }

  @Test("Null counts as no member if the format says so")
  func null() throws {
    var members = try members(#"{"m":null}"#, ignoringNull: true)
    #expect(try members.take("m", .string) == nil)
    #expect(throws: Refusal(words: "missing m")) { try members.require("m", .string) }
  }

  @Test("The first member that nobody asked for is refused")
  func others() throws {
    var members = try members(#"{"a":1,"b":2,"c":3}"#)
    #expect(members.take("a") == .integer(1))
    #expect(throws: Refusal(words: "unknown b")) { try members.refuseOthers() }
  }
}
