import Encodings

/// A saved text as UTF-8 without a byte order mark and without the colours of a terminal.
struct SavedText {
  let bytes: [UInt8]

  /// Reads what `DecodedText` reads.
  init(_ text: Span<UInt8>) {
    bytes = TerminalCodes.removed(from: DecodedText(text).bytes)
  }

  /// The same if it is valid UTF-8. Otherwise each byte outside ASCII becomes a question mark, as in text of another
  /// code page.
  var searchable: [UInt8] {
    String(validating: bytes, as: UTF8.self) == nil ? bytes.map { $0 < 0x80 ? $0 : UInt8(ascii: "?") } : bytes
  }
}

/// The text without one layer of what people and programs put around it, and the place of each byte in the original.
struct TextView {
  private(set) var bytes: [UInt8] = []
  /// The offset of each byte in the saved text; empty if the text is the same.
  private var origins: [Int32] = []

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private init(derivedFrom other: TextView) {
    bytes.reserveCapacity(other.bytes.count)
    origins.reserveCapacity(other.bytes.count)
  }

  func origin(of offset: Int) -> Int { origins.isEmpty ? offset : Int(origins[offset]) }

  /// The views that can contain an answer: the text with its wrapped lines joined, the text unchanged, and the text
  /// without one and two layers of escapes, of a JSON string, of HTML or of an address. Each takes a number of steps
  /// that is linear in the length.
  static func all(of text: [UInt8]) -> [TextView] {
    let plain = TextView(text)
    var views = [plain.joined, plain.withoutPercents, plain].compactMap(\.self)
    var layer = plain
    for _ in 0..<2 {
      guard let next = layer.unescaped else { break }
      views.append(next)
      layer = next
    }
    if let unescaped = plain.withoutEntities { views.append(unescaped) }
    if let lines = plain.withoutCLIXML { views.append(lines) }
    return views
  }

  private mutating func append(_ byte: UInt8, _ origin: Int) {
    bytes.append(byte)
    origins.append(Int32(truncatingIfNeeded: origin))
  }

  private mutating func append(_ scalar: Unicode.Scalar, _ origin: Int) {
    for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { append(byte, origin) }
  }

  // MARK: Escapes

  /// Without one layer of backslashes; nil if no quotation mark is escaped.
  private var unescaped: TextView? {
    let backslash = UInt8(ascii: "\\")
    guard zip(bytes, bytes.dropFirst()).contains(where: { $0 == backslash && $1 == UInt8(ascii: "\"") }) else {
      return nil
    }
    var view = TextView(derivedFrom: self)
    var index = 0
    while index < bytes.count {
      let start = index
      let (scalar, next) = Escape.read(bytes, at: index) ?? (nil, index + 1)
      if let scalar { view.append(scalar, origin(of: start)) } else { view.append(bytes[start], origin(of: start)) }
      index = next
    }
    return view
  }

  /// With the characters that HTML writes as entities; nil if no quotation mark is one of them.
  private var withoutEntities: TextView? {
    let ampersand = UInt8(ascii: "&")
    guard bytes.contains(ampersand) else { return nil }
    var view = TextView(derivedFrom: self)
    var hasQuotation = false
    var index = 0
    while index < bytes.count {
      let entity =
        bytes[index] == ampersand ? Self.entities.first { bytes[index...].starts(with: $0.name.utf8) } : nil
      if let entity {
        hasQuotation = hasQuotation || entity.character == UInt8(ascii: "\"")
        view.append(entity.character, origin(of: index))
        index += entity.name.utf8.count
      } else {
        view.append(bytes[index], origin(of: index))
        index += 1
      }
    }
    return hasQuotation ? view : nil
  }

  private static let entities: [(name: String, character: UInt8)] = [
    ("&quot;", UInt8(ascii: "\"")), ("&#34;", UInt8(ascii: "\"")), ("&#x22;", UInt8(ascii: "\"")),
    ("&#39;", UInt8(ascii: "'")), ("&#x27;", UInt8(ascii: "'")), ("&apos;", UInt8(ascii: "'")),
    ("&amp;", UInt8(ascii: "&")), ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")),
  ]

  /// The lines of an error that PowerShell wrote to another process as CLIXML: without the elements around each, and with
  /// `_x000D_` and the like as the characters that they stand for. Nil for any other text.
  private var withoutCLIXML: TextView? {
    guard bytes.span.firstOffset(of: Array("<S S=".utf8)) != nil else { return nil }
    var view = TextView(derivedFrom: self)
    var index = 0
    while index < bytes.count {
      if bytes[index...].starts(with: "<S S=".utf8) || bytes[index...].starts(with: "</S>".utf8) {
        index = bytes[index...].prefix(64).firstIndex(of: UInt8(ascii: ">")).map { $0 + 1 } ?? bytes.count
      } else if let character = Self.clixmlCharacter(bytes, at: index) {
        view.append(character, origin(of: index))
        index += 7
      } else {
        view.append(bytes[index], origin(of: index))
        index += 1
      }
    }
    return view
  }

  private static func clixmlCharacter(_ text: [UInt8], at start: Int) -> Unicode.Scalar? {
    guard start + 7 <= text.count, text[start...].starts(with: "_x".utf8), text[start + 6] == UInt8(ascii: "_") else {
      return nil
    }
    var value: UInt32 = 0
    for byte in text[(start + 2)..<(start + 6)] {
      guard let digit = Hexadecimal.value(byte) else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return Unicode.Scalar(value)
  }

  /// As the query of an address, to which the service sends a browser with its error; nil for any other text.
  ///
  /// An empty line goes between two fields, because a message ends there.
  private var withoutPercents: TextView? {
    guard bytes.span.firstOffset(of: Array("error_description=".utf8)) != nil else { return nil }
    var view = TextView(derivedFrom: self)
    var index = 0
    while index < bytes.count {
      let start = origin(of: index)
      switch bytes[index] {
      case UInt8(ascii: "&"):
        for _ in 0..<2 { view.append(0x0A, start) }
      case UInt8(ascii: "+"): view.append(0x20, start)
      case UInt8(ascii: "%"):
        guard index + 2 < bytes.count, let high = Hexadecimal.value(bytes[index + 1]),
          let low = Hexadecimal.value(bytes[index + 2])
        else { fallthrough }
        view.append(high << 4 | low, start)
        index += 2
      default: view.append(bytes[index], start)
      }
      index += 1
    }
    return view
  }

  // MARK: Lines

  /// The widths, in bytes, at which a window may have broken lines.
  private static let windowWidths = 40...400

  /// With the lines joined that a window of a fixed width broke; nil if no two lines have such a width.
  private var joined: TextView? {
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      line.last == 0x0D ? line.dropLast() : line
    }
    guard let width = lines.map(\.count).max(), Self.windowWidths.contains(width),
      lines.count(where: { $0.count == width }) >= 2
    else { return nil }
    var view = TextView(derivedFrom: self)
    for (number, line) in lines.enumerated() {
      for index in line.indices { view.append(line[index], origin(of: index)) }
      if number < lines.count - 1, line.count < width { view.append(0x0A, origin(of: line.endIndex)) }
    }
    return view
  }
}

/// A character after a backslash, as JSON, JavaScript and Python write it.
enum Escape {
  /// The character that begins at a backslash, and the offset after it; nil if there is no escape.
  static func read(_ text: [UInt8], at index: Int) -> (Unicode.Scalar?, Int)? {
    guard text[index] == UInt8(ascii: "\\"), index + 1 < text.count else { return nil }
    switch text[index + 1] {
    case UInt8(ascii: "n"): return ("\n", index + 2)
    case UInt8(ascii: "r"): return ("\r", index + 2)
    case UInt8(ascii: "t"): return ("\t", index + 2)
    case UInt8(ascii: "u"): return character(text, at: index + 2).map { ($0, index + 6) }
    case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: "\\"), UInt8(ascii: "/"):
      return (Unicode.Scalar(text[index + 1]), index + 2)
    default: return nil
    }
  }

  /// The character of four hexadecimal digits; half of a surrogate pair is U+FFFD.
  private static func character(_ text: [UInt8], at index: Int) -> Unicode.Scalar? {
    guard index + 4 <= text.count else { return nil }
    var value: UInt32 = 0
    for byte in text[index..<index + 4] {
      guard let digit = Hexadecimal.value(byte) else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return Unicode.Scalar(value) ?? "\u{FFFD}"
  }
}
