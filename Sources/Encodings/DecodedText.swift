/// A text as somebody saved it, as UTF-8 without a byte order mark: Windows PowerShell writes UTF-16, and editors write marks.
package struct DecodedText: Sendable {
  /// UTF-8, or the bytes themselves where they are neither UTF-8 nor UTF-16.
  package let bytes: [UInt8]
  package let hasMark: Bool
  package let isUTF16: Bool

  /// Reads UTF-8 with or without a mark, and UTF-16 with a mark or with ASCII at its start; anything else stays as it is.
  package init(_ text: Span<UInt8>) { self.init([UInt8](copying: text)) }

  package init(_ bytes: [UInt8]) {
    hasMark =
      bytes.starts(with: [0xEF, 0xBB, 0xBF]) || bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      (self.bytes, isUTF16) = (Array(bytes.dropFirst(3)), false)
    } else if hasMark {
      (self.bytes, isUTF16) = (Self.narrowed(bytes.dropFirst(2), lowByteFirst: bytes[0] == 0xFF), true)
    } else if bytes.count >= 4, bytes[0] == 0, bytes[1] != 0, bytes[2] == 0, bytes[3] != 0 {
      (self.bytes, isUTF16) = (Self.narrowed(bytes[...], lowByteFirst: false), true)
    } else if bytes.count >= 4, bytes[0] != 0, bytes[1] == 0, bytes[2] != 0, bytes[3] == 0 {
      (self.bytes, isUTF16) = (Self.narrowed(bytes[...], lowByteFirst: true), true)
    } else {
      (self.bytes, isUTF16) = (bytes, false)
    }
  }

  /// A surrogate without its other half becomes U+FFFD, and an odd byte at the end is left out.
  private static func narrowed(_ bytes: ArraySlice<UInt8>, lowByteFirst: Bool) -> [UInt8] {
    let units = stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map { index in
      let (low, high) = lowByteFirst ? (bytes[index], bytes[index + 1]) : (bytes[index + 1], bytes[index])
      return UInt16(high) << 8 | UInt16(low)
    }
    var output: [UInt8] = []
    output.reserveCapacity(units.count + units.count / 8)
    var decoder = UTF16()
    var iterator = units.makeIterator()
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      case .error: output.append(contentsOf: UTF8.encodedReplacementCharacter)
      case .emptyInput: return output
      }
    }
  }
}

/// The control sequences with which programs colour what they print on a terminal (ECMA-48, section 5.4).
package enum TerminalCodes {
  private static let escape: UInt8 = 0x1B
  /// No sequence in use is longer.
  private static let longest = 32

  /// The offset after the sequence that begins at a place, `ESC [`, parameters and a final byte, or nil if none does.
  package static func end(_ text: [UInt8], at start: Int) -> Int? {
    guard start + 2 < text.count, text[start] == escape, text[start + 1] == UInt8(ascii: "[") else { return nil }
    let parameters = text[(start + 2)...].prefix(longest).prefix { (0x20...0x3F).contains($0) }
    guard parameters.endIndex < text.count, (0x40...0x7E).contains(text[parameters.endIndex]) else { return nil }
    return parameters.endIndex + 1
  }

  /// The text without them.
  package static func removed(from text: [UInt8]) -> [UInt8] {
    guard text.contains(escape) else { return text }
    var output: [UInt8] = []
    output.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      if let end = end(text, at: index) {
        index = end
      } else {
        output.append(text[index])
        index += 1
      }
    }
    return output
  }
}
