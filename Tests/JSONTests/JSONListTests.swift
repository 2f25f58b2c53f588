import Encodings
import JSON
import Testing

@Suite("JSONList")
struct JSONListTests {
  private func read(_ text: String) throws(JSONError) -> JSONValue { try JSONReader.value(Array(text.utf8)) }

  /// The same value, built and not read.
  private func built(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let elements): return .array(elements.map(built))
    case .object(let object):
      var copy = JSONObject()
      for member in object.members { copy[member.name] = built(member.value) }
      return .object(copy)
    default: return value
    }
  }

  @Test(
    "A value that was read equals one that was built, and has the same hash and elements",
    arguments: [
      "[]", "{}", "[[],{},[[1]],2]", "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"d\":\"e\"}",
      "[\"\\u0061\\n\",true,false,null,-1.5e3]", "{\"long name \\u00e9\":{},\"long name e\":[{}]}",
    ])
  func equality(_ text: String) throws {
    let value = try read(text)
    let copy = built(value)
    #expect(value == copy)
    #expect(copy == value)
    #expect(value.hashValue == copy.hashValue)
    #expect(JSONWriter.bytes(value) == JSONWriter.bytes(copy))
  }

  @Test("Elements keep their order, whatever is inside those before them")
  func order() throws {
    let array = try #require(try read("[[1,[2,3]],{\"a\":[4]},5,[]]").array)
    #expect(array.count == 4)
    #expect(array.map(\.kind) == ["an array", "an object", "a number", "an array"])
    #expect(array.first?.array?.dropFirst().first == .array([.integer(2), .integer(3)]))
    #expect(array.dropFirst(2).first == .integer(5))
    #expect(array[array.index(array.startIndex, offsetBy: 3)] == .array([]))
  }

  @Test("Names are told apart by their bytes, however similar they are")
  func names() throws {
    let names = ["", "a", "b", "a\\u0000", "eight by", "eight byt", "eight bytes", "eight bytez", "eight bytes "]
    let text = "{" + names.enumerated().map { "\"\($1)\":\($0)" }.joined(separator: ",") + "}"
    let object = try #require(try read(text).object)
    for (place, member) in object.members.enumerated() {
      #expect(object[member.name] == .integer(Int64(place)))
      #expect(object.contains(member.name))
      #expect(object.members.filter { $0.hasName(member.name) }.count == 1)
      #expect(JSONNameSet([member.name]).contains(nameOf: member))
      let others = JSONNameSet(object.members.map(\.name).filter { $0 != member.name })
      #expect(!others.contains(nameOf: member))
    }
    for name: ExactText in ["c", "a\u{0}\u{0}", "eight b", "eight bytes\u{0}", "Eight by"] {
      #expect(object[name] == nil)
      #expect(!object.contains(name))
      #expect(!JSONNameSet(object.members.map(\.name)).contains(nameOf: JSONMember(name: name, value: .null)))
    }
  }

  @Test("A change to an object that was read changes a copy")
  func change() throws {
    let value = try read("{\"a\":1,\"b\":{\"c\":2},\"d\":3}")
    var object = try #require(value.object)
    object["b"] = nil
    object["a"] = "x"
    object["e"] = .array([.null])
    #expect(JSONWriter.text(.object(object)) == "{\"a\":\"x\",\"d\":3,\"e\":[null]}")
    #expect(JSONWriter.text(value) == "{\"a\":1,\"b\":{\"c\":2},\"d\":3}")
  }

  @Test("A string with escapes is read to its end, and the text after it stays as it was")
  func escapes() throws {
    // One of each length, so that words of eight bytes begin and end everywhere.
    for plainCount in 0..<20 {
      let plain = String(repeating: "x", count: plainCount)
      let text = "{\"\(plain)\\n\(plain)\":\"\\u00e9\(plain)\\ud83d\\ude00\",\"y\(plain)\":[\"\(plain)\",\"\\\"\"]}"
      let object = try #require(try read(text).object)
      #expect(object.members.map(\.name.text) == ["\(plain)\n\(plain)", "y\(plain)"])
      let list = JSONValue.array([.string(ExactText(plain)), "\""])
      #expect(object.members.map(\.value) == [.string(ExactText("\u{E9}\(plain)\u{1F600}")), list])
    }
  }

  @Test("A name that occurs twice is found even after objects that have it once, and not in those")
  func repeatedNames() throws {
    func members(_ count: Int, _ value: String) -> String {
      (0..<count).map { "\"n\($0)\":\(value)" }.joined(separator: ",")
    }
    for count in 1..<30 {
      let inner = "{\(members(count, "0"))}"
      let outer = members(count, inner)
      #expect(try read("{\(outer)}").object?.members.count == count)
      for name in ["n0", "n\(count - 1)", "\\u006e\(count / 2)"] {
        for text in ["{\(outer),\"\(name)\":0}", "{\"x\":{\(members(count, "0")),\"\(name)\":0},\(outer)}"] {
          do {
            _ = try read(text)
            Issue.record("accepted \(text)")
          } catch { #expect(error.code == .duplicateName) }
        }
      }
    }
  }
}
