import Encodings

/// A text that was read, with a node for each value in the order of the text.
///
/// Values are views of it and are made on demand. A part of a foreign token that nobody looks at costs only its
/// reading.
final class JSONDocument: Sendable {
  let nodes: [JSONNode]
  /// The text itself, except that the unescaped form of each string with escapes is written over the string, from its
  /// start.
  ///
  /// The text was valid UTF-8, and each slice still is. The rest of an overwritten string is left behind its new end.
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
    // The reader has checked that the whole text is valid, has cut it at ASCII characters, and has written whole
    // characters over escapes.
    return String(copying: unsafe UTF8Span(unchecked: characters.span.extracting(slice.range)))
  }

  /// True if the node at a place has this name; the caller also gives the first word of the name.
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

/// A value in a text that was read, by the place of its node.
public struct JSONCursor: Sendable {
  private let document: JSONDocument
  private let ownPlace: UInt32

  init(_ document: JSONDocument, at place: Int) {
    self.document = document
    ownPlace = UInt32(truncatingIfNeeded: place)
  }

  private var place: Int { Int(ownPlace) }

  /// The number of members or elements.
  var count: Int { Int(node.count) }
  /// The place of the first member or element, and the place after the last.
  var places: Range<Int> { place + 1..<Int(node.end) }

  /// The place after a member or element: that of the next one, if there is one.
  func place(after place: Int) -> Int { Int(document.nodes[place].end) }

  /// The member or element at a place.
  func child(at place: Int) -> JSONCursor { JSONCursor(document, at: place) }

  func hasMember(_ name: ExactText) -> Bool {
    name.withUTF8 { document.place(ofMember: $0, inObject: place) } != nil
  }

  func value(ofMember name: ExactText) -> JSONValue? {
    guard let place = name.withUTF8({ document.place(ofMember: $0, inObject: place) }) else { return nil }
    return document.value(at: place)
  }

  var value: JSONValue { document.value(at: place) }

  private var node: JSONNode { document.nodes[place] }

  var name: ExactText { ExactText(document.string(node.name)) }

  func hasName(_ name: ExactText) -> Bool { name.withUTF8 { document.hasName($0, $0.firstWord, at: place) } }

  var firstWordOfName: UInt64 { node.nameWord }
}

/// One value in a text that was read, and its name if it is the member of an object.
///
/// The values inside it follow it directly, in their order; `end` is the place after all of them.
struct JSONNode: Sendable, BitwiseCopyable {
  enum Kind: UInt8, Sendable, BitwiseCopyable {
    case null, no, yes, number, string, array, object
  }

  /// Some of the characters of the text, in bytes.
  struct Slice: Sendable, BitwiseCopyable {
    let start: UInt32
    let count: UInt32

    static let none = Slice(from: 0, to: 0)

    /// Every text that is read is shorter than 32 bits can count.
    init(from start: Int, to end: Int) {
      self.start = UInt32(truncatingIfNeeded: start)
      count = UInt32(truncatingIfNeeded: end - start)
    }

    var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
  }

  let kind: Kind
  let name: Slice
  /// The first eight bytes of the name, with zeros if there are fewer: most names differ in these or in their length.
  let nameWord: UInt64
  /// The characters of a number or string.
  var text = Slice.none
  /// The number of members or elements.
  var count: UInt32 = 0
  var end: UInt32 = 0
}

/// Finds names that occur twice in one object, over all objects of a text, in a number of steps that is linear in its length.
///
/// One table serves every object. A set for each of many objects of medium size would cost more than one of a thousand
/// names.
struct NameTable {
  /// Hash in the high half; in the low half the place of the member's node plus one, 0 if the slot is free.
  private var slots: [UInt64] = []
  private var count = 0

  /// Up to this many names are compared one by one.
  private static let comparedCount = 8
  /// The author of a text cannot know which names collide.
  private static let seed = UInt64.random(in: .min ... .max)

  /// True if the object already has the name. `memberCount` members precede it, and the next node will be its own.
  mutating func isRepeated(
    _ name: JSONNode.Slice, after memberCount: Int, inObject object: Int, _ nodes: [JSONNode],
    _ characters: [UInt8]
  ) -> Bool {
    let nodes = nodes.span
    let characters = characters.span
    if memberCount < Self.comparedCount {
      let name = characters.extracting(name.range)
      var place = object + 1
      while place < nodes.count {
        if characters.extracting(nodes[place].name.range).isEqual(to: name) { return true }
        place = Int(nodes[place].end)
      }
      return false
    }
    if memberCount == Self.comparedCount {
      var place = object + 1
      while place < nodes.count {
        note(nodes[place].name, at: place, inObject: object, nodes, characters)
        place = Int(nodes[place].end)
      }
    }
    return note(name, at: nodes.count, inObject: object, nodes, characters)
  }

  /// Adds the name of the node at a place; true if it is already there in the same object.
  @discardableResult
  private mutating func note(
    _ name: JSONNode.Slice, at place: Int, inObject object: Int, _ nodes: Span<JSONNode>, _ characters: Span<UInt8>
  ) -> Bool {
    if count * 2 >= slots.count { grow() }
    let name = characters.extracting(name.range)
    let hash = Self.hash(name, object)
    var index = Int(hash) & (slots.count - 1)
    while slots[index] != 0 {
      let earlier = Int(slots[index] & 0xFFFF_FFFF) - 1
      // Names of other objects may have the same hash, though rarely.
      if slots[index] >> 32 == hash, characters.extracting(nodes[earlier].name.range).isEqual(to: name),
        Self.isMember(earlier, ofObject: object, nodes)
      {
        return true
      }
      index = (index + 1) & (slots.count - 1)
    }
    slots[index] = hash << 32 | UInt64(place + 1)
    count += 1
    return false
  }

  private static func isMember(_ place: Int, ofObject object: Int, _ nodes: Span<JSONNode>) -> Bool {
    var member = object + 1
    while member < place { member = Int(nodes[member].end) }
    return member == place
  }

  /// Doubles the room; the hash in each slot is enough to find its new place.
  private mutating func grow() {
    let old = slots
    slots = [UInt64](repeating: 0, count: max(64, old.count * 2))
    for slot in old where slot != 0 {
      var index = Int(slot >> 32) & (slots.count - 1)
      while slots[index] != 0 { index = (index + 1) & (slots.count - 1) }
      slots[index] = slot
    }
  }

  /// 32 bits that depend on every byte, the object and the seed.
  private static func hash(_ bytes: Span<UInt8>, _ object: Int) -> UInt64 {
    var state = seed ^ UInt64(truncatingIfNeeded: object) &* 0x9E37_79B9_7F4A_7C15
    var index = 0
    while let word = bytes.word(at: index) {
      state = mixed(state ^ word)
      index += 8
    }
    // The rest of a longer name is in its last eight bytes, some of which are hashed twice.
    let rest = bytes.word(at: bytes.count - 8) ?? bytes.firstWord
    return mixed(mixed(state ^ rest) ^ UInt64(truncatingIfNeeded: bytes.count)) >> 32
  }

  /// Spreads each bit over all bits: both halves of a product of 128 bits.
  private static func mixed(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low
  }
}
