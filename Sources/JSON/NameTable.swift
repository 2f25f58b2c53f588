import Encodings

/// Finds names that stand twice in one object, over all objects of a text, in a number of steps that is linear in its length.
///
/// One table serves every object: a set for each of many middling objects would cost more than one of a thousand names.
struct NameTable {
  /// Hash in the high half, place of the member's node in the low half, plus one; 0 is free.
  private var slots: [UInt64] = []
  private var count = 0

  /// So few names are compared one by one.
  private static let comparedCount = 8
  /// Nobody who writes a text can know which names fall together.
  private static let seed = UInt64.random(in: .min ... .max)

  /// True when the object already has the name; `memberCount` members precede it, and the next node will be its own.
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

  /// Notes the name of the node at a place, unless it is among those of the object before; true when it is.
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
      // Names of other objects may have the same hash, however rarely.
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

  /// Doubles the room; the hash in each slot is all that it takes to find its new place.
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
    // What is left of longer names is in their last eight bytes, some of which are taken in once more.
    let rest = bytes.word(at: bytes.count - 8) ?? bytes.firstWord
    return mixed(mixed(state ^ rest) ^ UInt64(truncatingIfNeeded: bytes.count)) >> 32
  }

  /// Spreads each bit over all: both halves of a product of 128 bits.
  private static func mixed(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low
  }
}
