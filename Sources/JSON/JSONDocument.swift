import Encodings

/// A text that was read: a node for each value, in the order in which they stand.
///
/// Values are views of it, which are made when somebody asks for them: what nobody looks at in a stranger's token costs
/// no more than to read it.
final class JSONDocument: Sendable {
  let nodes: [JSONNode]
  /// The text itself, but that each string that has escapes is overwritten, from its start on, by what it says.
  ///
  /// The text was valid UTF-8. Each slice still is; behind the end of an overwritten string lies what was left of it.
  private let characters: [UInt8]

  init(nodes: [JSONNode], characters: [UInt8]) {
    self.nodes = nodes
    self.characters = characters
  }

  func value(at place: Int) -> JSONValue {
    let node = nodes[place]
    return switch node.kind {
    case .null: .null
    case .no: .boolean(false)
    case .yes: .boolean(true)
    case .number: .number(JSONNumber(grammatical: string(node.text)))
    case .string: .string(ExactText(string(node.text)))
    case .array: .array(JSONArray(in: JSONCursor(self, at: place)))
    case .object: .object(JSONObject(JSONCursor(self, at: place)))
    }
  }

  func string(_ slice: JSONNode.Slice) -> String {
    // A span cannot be taken of the property itself.
    let characters = characters
    // The reader has found the whole text valid, cut it at ASCII characters, and written whole characters over escapes.
    return String(copying: unsafe UTF8Span(unchecked: characters.span.extracting(slice.range)))
  }

  /// True where the node at a place has the name, of which the first word is given besides.
  @inline(__always)
  func hasName(_ name: Span<UInt8>, _ firstWord: UInt64, at place: Int) -> Bool {
    let node = nodes[place]
    if node.nameWord != firstWord || Int(node.name.count) != name.count { return false }
    if name.count <= 8 { return true }
    let characters = characters
    return characters.span.extracting(node.name.range).isEqual(to: name)
  }

  /// The place of the member of that name in the object at a place, or nil.
  func place(ofMember name: Span<UInt8>, inObject object: Int) -> Int? {
    let firstWord = name.firstWord
    let end = Int(nodes[object].end)
    var place = object + 1
    while place < end {
      if hasName(name, firstWord, at: place) { return place }
      place = Int(nodes[place].end)
    }
    return nil
  }
}
