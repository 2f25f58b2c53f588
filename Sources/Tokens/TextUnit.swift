import Encodings

/// One character of a text, after undoing the escapes of addresses and of JSON.
struct TextUnit {
  enum Kind: Equatable {
    /// A base64 digit of either alphabet, `=` or a dot.
    case character(UInt8)
    case space, lineBreak
    /// A character without width, such as a soft hyphen.
    case invisible
    case other
  }

  enum Spelling { case plain, percent, backslash }

  let kind: Kind
  let spelling: Spelling
  /// In bytes.
  let count: Int

  /// The unit at a place; after the end it is an empty line break.
  init(_ text: [UInt8], at place: Int) {
    guard place < text.count else {
      self.init(.lineBreak, .plain, 0)
      return
    }
    let byte = text[place]
    switch byte {
    case UInt8(ascii: "%"):
      guard place + 2 < text.count, let high = Hexadecimal.value(text[place + 1]),
        let low = Hexadecimal.value(text[place + 2])
      else { fallthrough }
      self.init(Self.kind(of: high << 4 | low), .percent, 3)
    case UInt8(ascii: "\\"), UInt8(ascii: "^"), UInt8(ascii: "`"): self.init(escapedBy: byte, text, at: place)
    case 0x80...: self.init(outsideASCII: text, at: place)
    case 0x1B:
      let end = TerminalCodes.end(text, at: place)
      self.init(end == nil ? .other : .invisible, .plain, end.map { $0 - place } ?? 1)
    case UInt8(ascii: "<"), UInt8(ascii: "&"):
      // Where a web page may break a long word.
      let mark = Self.wordBreaks.first { text[place...].starts(with: $0) }
      self.init(mark == nil ? .other : .invisible, .plain, mark?.count ?? 1)
    default: self.init(Self.kind(of: byte), .plain, 1)
    }
  }

  private static let wordBreaks = ["<wbr>", "<wbr/>", "<wbr />", "&shy;", "&#8203;", "&ZeroWidthSpace;"]
    .map { Array($0.utf8) }

  private init(_ kind: Kind, _ spelling: Spelling, _ count: Int) {
    self.kind = kind
    self.spelling = spelling
    self.count = count
  }

  /// The escapes of JSON, and the characters that a shell, PowerShell or cmd needs before a line
  /// break.
  private init(escapedBy mark: UInt8, _ text: [UInt8], at place: Int) {
    let next = place + 1 < text.count ? text[place + 1] : 0
    if next == 0x0A || next == 0x0D {
      self.init(.lineBreak, .plain, 2)
      return
    }
    guard mark == UInt8(ascii: "\\") else {
      self.init(.other, .plain, 1)
      return
    }
    switch next {
    case UInt8(ascii: "n"), UInt8(ascii: "r"): self.init(.lineBreak, .backslash, 2)
    case UInt8(ascii: "t"): self.init(.space, .backslash, 2)
    case UInt8(ascii: "/"): self.init(.character(next), .backslash, 2)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): self.init(.other, .backslash, 2)
    case UInt8(ascii: "u") where place + 5 < text.count:
      var value = 0
      for digit in text[(place + 2)...(place + 5)] {
        guard let digit = Hexadecimal.value(digit) else {
          self.init(.other, .plain, 1)
          return
        }
        value = value << 4 | Int(digit)
      }
      self.init(value < 0x80 ? Self.kind(of: UInt8(value)) : .other, .backslash, 6)
    default: self.init(.other, .plain, 1)
    }
  }

  private init(outsideASCII text: [UInt8], at place: Int) {
    let second = place + 1 < text.count ? text[place + 1] : 0
    let third = place + 2 < text.count ? text[place + 2] : 0
    switch (text[place], second, third) {
    case (0xC2, 0xA0, _): self.init(.space, .plain, 2)
    case (0xC2, 0xAD, _): self.init(.invisible, .plain, 2)
    case (0xE2, 0x80, 0x8B...0x8F), (0xE2, 0x81, 0xA0), (0xEF, 0xBB, 0xBF): self.init(.invisible, .plain, 3)
    case (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xAF), (0xE3, 0x80, 0x80): self.init(.space, .plain, 3)
    case (0xE2, 0x80, 0xA8...0xA9): self.init(.lineBreak, .plain, 3)
    default: self.init(.other, .plain, 1)
    }
  }

  private static func kind(of byte: UInt8) -> Kind {
    switch byte {
    case _ where isDigit(byte): .character(byte)
    case UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): .character(byte)
    case 0x20, 0x09, 0x00: .space
    case 0x0A, 0x0D, 0x0B, 0x0C: .lineBreak
    default: .other
    }
  }

  /// True for a base64url digit.
  static func isDigit(_ byte: UInt8) -> Bool {
    ASCII.isLetterOrDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
  }

  /// True if a token cannot begin after it.
  var isOfWord: Bool {
    guard spelling == .plain, case .character(let byte) = kind else { return false }
    return Self.isDigit(byte) || byte == UInt8(ascii: ".")
  }
}
