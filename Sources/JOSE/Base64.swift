/// Base64 and base64url (RFC 4648, sections 4 and 5), one canonical spelling for each byte string.
public enum Base64: Sendable {
  /// With `+`, `/` and `=` padding, as certificates in JSON bodies and in `x5c` are.
  case standard
  /// With `-`, `_` and no padding, as everything in a token is (RFC 7515, section 2).
  case url

  public func encode(_ bytes: Span<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    append(bytes, to: &output)
    return output
  }

  public func text(_ bytes: Span<UInt8>) -> String {
    String(validating: encode(bytes), as: UTF8.self) ?? ""
  }

  public func text(_ bytes: [UInt8]) -> String { text(bytes.span) }

  /// Encodes onto the end of `output`.
  public func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
    output.reserveCapacity(output.count + (bytes.count + 2) / 3 * 4)
    let alphabet = (self == .url ? Self.urlAlphabet : Self.standardAlphabet).span
    var index = 0
    while index + 2 < bytes.count {
      let group = Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
      output.append(alphabet[group >> 18])
      output.append(alphabet[group >> 12 & 0x3F])
      output.append(alphabet[group >> 6 & 0x3F])
      output.append(alphabet[group & 0x3F])
      index += 3
    }
    let remaining = bytes.count - index
    guard remaining > 0 else { return }
    let group = Int(bytes[index]) << 16 | (remaining == 2 ? Int(bytes[index + 1]) << 8 : 0)
    output.append(alphabet[group >> 18])
    output.append(alphabet[group >> 12 & 0x3F])
    if remaining == 2 { output.append(alphabet[group >> 6 & 0x3F]) }
    if self == .standard { output.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - remaining)) }
  }

  /// Decodes the one canonical spelling and refuses every other.
  public func decode(_ text: Span<UInt8>) throws(Base64Error) -> [UInt8] {
    let (bytes, irregularities) = try decodeReportingIrregularities(text)
    if let first = irregularities.first { throw first }
    return bytes
  }

  /// Decodes what can only mean one thing, and reports each way in which it is not the canonical spelling.
  ///
  /// As much padding as fits, the other alphabet, white space and unused bits are reported; anything else throws.
  public func decodeReportingIrregularities(
    _ text: Span<UInt8>
  ) throws(Base64Error) -> (bytes: [UInt8], irregularities: [Base64Error]) {
    var irregularities: [Base64Error] = []
    var (output, start) = decodeRegularGroups(text)
    let values = Self.values.span
    var group = 0
    var digitCount = 0
    var paddingCount = 0
    for index in start..<text.count {
      let byte = text[index]
      let value = values[Int(byte)]
      if value < 64 {
        if paddingCount > 0 { throw Base64Error(.padding, at: index) }
        if value >= 62, (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")) != (self == .url) {
          Self.report(.otherAlphabet, at: index, in: &irregularities)
        }
        group = group << 6 | Int(value)
        digitCount += 1
        if digitCount & 3 == 0 {
          output.append(UInt8(truncatingIfNeeded: group >> 16))
          output.append(UInt8(truncatingIfNeeded: group >> 8))
          output.append(UInt8(truncatingIfNeeded: group))
          group = 0
        }
      } else {
        switch byte {
        case UInt8(ascii: "="):
          paddingCount += 1
          if self == .url { Self.report(.padding, at: index, in: &irregularities) }
        case 0x20, 0x09, 0x0A, 0x0D: Self.report(.whitespace, at: index, in: &irregularities)
        default: throw Base64Error(.illegalCharacter, at: index)
        }
      }
    }
    let remaining = digitCount & 3
    if remaining == 1 { throw Base64Error(.impossibleLength, at: text.count) }
    let expectedPadding = remaining == 0 ? 0 : 4 - remaining
    if paddingCount != expectedPadding, self == .standard || paddingCount > 0 {
      throw Base64Error(.padding, at: text.count)
    }
    if remaining >= 2 {
      let unused = remaining == 2 ? group & 0x0F : group & 0x03
      if unused != 0 { Self.report(.unusedBits, at: text.count, in: &irregularities) }
      let aligned = group << (remaining == 2 ? 12 : 6)
      output.append(UInt8(truncatingIfNeeded: aligned >> 16))
      if remaining == 3 { output.append(UInt8(truncatingIfNeeded: aligned >> 8)) }
    }
    return (output, irregularities)
  }

  /// Decodes the whole groups of four up to the first that has anything else than digits of this alphabet in it.
  private func decodeRegularGroups(_ text: Span<UInt8>) -> (bytes: [UInt8], characterCount: Int) {
    var bytes = [UInt8](repeating: 0, count: text.count / 4 * 3)
    let values = (self == .url ? Self.urlValues : Self.standardValues).span
    var output = bytes.mutableSpan
    var index = 0
    var place = 0
    while index + 4 <= text.count {
      let group =
        values[Int(text[index])] << 18 | values[Int(text[index + 1])] << 12 | values[Int(text[index + 2])] << 6
        | values[Int(text[index + 3])]
      // What is no digit has its high bit set.
      if group < 0 { break }
      output[place] = UInt8(truncatingIfNeeded: group >> 16)
      output[place + 1] = UInt8(truncatingIfNeeded: group >> 8)
      output[place + 2] = UInt8(truncatingIfNeeded: group)
      index += 4
      place += 3
    }
    bytes.removeLast(bytes.count - place)
    return (bytes, index)
  }

  /// Keeps the first irregularity of each kind.
  private static func report(_ code: Base64Error.Code, at offset: Int, in irregularities: inout [Base64Error]) {
    if !irregularities.contains(where: { $0.code == code }) { irregularities.append(Base64Error(code, at: offset)) }
  }

  private static let urlAlphabet = alphabet(ending: "-_")
  private static let standardAlphabet = alphabet(ending: "+/")

  private static func alphabet(ending last: String) -> [UInt8] {
    Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8) + Array(last.utf8)
  }

  private static let urlValues = values(of: urlAlphabet)
  private static let standardValues = values(of: standardAlphabet)

  /// The value of each character of one alphabet, -1, which stays negative when shifted, for every other byte.
  private static func values(of alphabet: [UInt8]) -> [Int32] {
    var values = [Int32](repeating: -1, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = Int32(value) }
    return values
  }

  /// The value of each character of both alphabets, 255 for every other byte.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for alphabet in [urlAlphabet, standardAlphabet] {
      for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    }
    return values
  }()
}
