/// Finds names that stand twice in one object, over all objects of a text, in a number of steps that is linear in its length.
///
/// One table serves every object: a set for each of many middling objects would cost more than one of a thousand names.
struct NameTable {
  /// Hash in the high half, place among the members of its object in the low half, plus one; 0 is free.
  private var slots: [UInt64] = []
  private var count = 0

  /// So few names are compared one by one.
  private static let comparedCount = 8
  /// Nobody who writes a text can know which names fall together.
  private static let seed = UInt64.random(in: .min ... .max)

  /// True when the name is one of the members; if not, it is noted as the next of them.
  ///
  /// The number is the object's own among those of the text.
  mutating func isRepeated(_ name: JSONString, in members: [JSONObject.Member], ofObject object: Int) -> Bool {
    let members = members.span
    if members.count < Self.comparedCount {
      for index in members.indices where members[index].name == name { return true }
      return false
    }
    if members.count == Self.comparedCount {
      for index in members.indices { note(members[index].name, index, members, object) }
    }
    return note(name, members.count, members, object)
  }

  /// Notes the name at its place, unless it is among the members before; true when it is.
  @discardableResult
  private mutating func note(
    _ name: JSONString, _ place: Int, _ members: Span<JSONObject.Member>, _ object: Int
  ) -> Bool {
    if count * 2 >= slots.count { grow() }
    let hash = name.withUTF8 { Self.hash($0, object) }
    var index = Int(hash) & (slots.count - 1)
    while slots[index] != 0 {
      // A slot of another object may have the same hash; whatever is equal among the members is a repetition.
      let earlier = Int(truncatingIfNeeded: slots[index] & 0xFFFF_FFFF) - 1
      if slots[index] >> 32 == hash, earlier < place, members[earlier].name == name { return true }
      index = (index + 1) & (slots.count - 1)
    }
    slots[index] = hash << 32 | UInt64(place + 1)
    count += 1
    return false
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
    var rest = UInt64(truncatingIfNeeded: bytes.count)
    while index < bytes.count {
      rest = rest << 8 | UInt64(bytes[index])
      index += 1
    }
    return mixed(mixed(state ^ rest)) >> 32
  }

  /// Spreads each bit over all: both halves of a product of 128 bits.
  private static func mixed(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low
  }
}
