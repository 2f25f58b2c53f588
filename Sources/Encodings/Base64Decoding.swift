/// One decoding in progress. It reads whole regular groups as fast as it can, and anything else one character at a
/// time.
struct Base64Decoding {
  private let alphabet: Base64
  /// The values of the characters that count as regular: at first those of `alphabet`.
  private var values: [Int64]
  /// The first problem of each kind.
  private(set) var irregularities: [Base64Error] = []
  private var hasWhitespace = false
  /// The bits of the characters that do not make a whole group of four yet, and the number of those characters.
  private var group: Int64 = 0
  private var digitCount = 0
  private var paddingCount = 0
  /// The bytes written so far.
  private var place = 0

  init(alphabet: Base64) {
    self.alphabet = alphabet
    values = alphabet.values
  }

  /// Decodes into room for three bytes for each four characters and two more, and returns the number of bytes.
  mutating func decode(_ text: Span<UInt8>, into output: inout MutableSpan<UInt8>) throws(Base64Error) -> Int {
    var index = 0
    while index < text.count {
      index = decodeRegularGroups(text, from: index, into: &output)
      index = try decodeOtherGroups(text, from: index, into: &output)
    }
    return try end(text, &output)
  }

  /// Decodes whole groups of four, up to the first group with something other than regular digits.
  private mutating func decodeRegularGroups(
    _ text: Span<UInt8>, from start: Int, into output: inout MutableSpan<UInt8>
  ) -> Int {
    let table = self.values
    let values = table.span
    let end = min(text.count, start + (output.count - place) / 3 * 4)
    var index = start
    var place = place
    // Safe: there are values for all 256 bytes, `end` is within the text, and the output has three bytes for each group
    // before it. The loop reads two groups at a time, which are six bytes, as long as there is room for the eight bytes
    // that it writes.
    while index + 8 <= end, place + 8 <= output.count, let word = text.word(at: index) {
      var groups: Int64 = 0
      for digit in 0..<8 {
        groups |= unsafe values[unchecked: Int(word >> (8 * UInt64(digit)) & 0xFF)] << (6 * (7 - Int64(digit)))
      }
      if groups < 0 { break }
      var bytes = unsafe output.mutableBytes
      unsafe bytes.storeBytes(of: (groups << 16).bigEndian, toUncheckedByteOffset: place, as: Int64.self)
      index += 8
      place += 6
    }
    while index + 4 <= end {
      let first = unsafe values[unchecked: Int(text[unchecked: index])]
      let second = unsafe values[unchecked: Int(text[unchecked: index + 1])]
      let third = unsafe values[unchecked: Int(text[unchecked: index + 2])]
      let fourth = unsafe values[unchecked: Int(text[unchecked: index + 3])]
      let group = first << 18 | second << 12 | third << 6 | fourth
      // A byte that is not a digit has its high bit set.
      if group < 0 { break }
      unsafe output[unchecked: place] = UInt8(truncatingIfNeeded: group >> 16)
      unsafe output[unchecked: place + 1] = UInt8(truncatingIfNeeded: group >> 8)
      unsafe output[unchecked: place + 2] = UInt8(truncatingIfNeeded: group)
      index += 4
      place += 3
    }
    self.place = place
    return index
  }

  /// Decodes one character at a time, to the end of the first group that is regular again.
  private mutating func decodeOtherGroups(
    _ text: Span<UInt8>, from start: Int, into output: inout MutableSpan<UInt8>
  ) throws(Base64Error) -> Int {
    var index = start
    var regularCount = 0
    while index < text.count {
      let value = values[Int(text[index])]
      if value < 0 {
        regularCount = 0
        if try takeIrregular(text[index], at: index) { index += 1 }
        continue
      }
      if paddingCount > 0 { throw Base64Error(.padding, at: index) }
      index += 1
      group = group << 6 | value
      digitCount += 1
      regularCount += 1
      if digitCount == 4 {
        write(3, into: &output)
        group = 0
        digitCount = 0
        if regularCount >= 4 { return index }
      }
    }
    return index
  }

  /// False for a character of the other alphabet: once reported, it counts as regular.
  private mutating func takeIrregular(_ byte: UInt8, at index: Int) throws(Base64Error) -> Bool {
    switch byte {
    case _ where ASCII.isWhiteSpace(byte):
      if !hasWhitespace { irregularities.append(Base64Error(.whitespace, at: index)) }
      hasWhitespace = true
      return true
    case UInt8(ascii: "="):
      if paddingCount == 0, alphabet == .url { irregularities.append(Base64Error(.padding, at: index)) }
      paddingCount += 1
      if paddingCount > 2 { throw Base64Error(.padding, at: index) }
      return true
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "_"):
      if paddingCount > 0 { throw Base64Error(.padding, at: index) }
      irregularities.append(Base64Error(.otherAlphabet, at: index))
      values = Base64.valuesOfBothAlphabets
      return false
    default: throw Base64Error(.illegalCharacter, at: index)
    }
  }

  /// Writes the first bytes of the 24 bits collected.
  private mutating func write(_ byteCount: Int, into output: inout MutableSpan<UInt8>) {
    var bits = group
    for _ in 0..<byteCount {
      output[place] = UInt8(truncatingIfNeeded: bits >> 16)
      bits <<= 8
      place += 1
    }
  }

  private mutating func end(_ text: Span<UInt8>, _ output: inout MutableSpan<UInt8>) throws(Base64Error) -> Int {
    if digitCount == 1 { throw Base64Error(.impossibleLength, at: text.count) }
    let expectedPadding = digitCount == 0 ? 0 : 4 - digitCount
    if paddingCount != expectedPadding, alphabet == .standard || paddingCount > 0 {
      throw Base64Error(.padding, at: text.count, lacksPadding: paddingCount < expectedPadding)
    }
    if digitCount >= 2 {
      let unused = digitCount == 2 ? group & 0x0F : group & 0x03
      if unused != 0 { irregularities.append(Base64Error(.unusedBits, at: text.count)) }
      group <<= digitCount == 2 ? 12 : 6
      write(digitCount - 1, into: &output)
    }
    return place
  }
}
