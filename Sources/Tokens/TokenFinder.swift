import Encodings
import JSON

/// Finds compact tokens inside other text, because people rarely paste the token alone.
///
/// It reads a text once and returns every `header.payload.signature` in it, with what was dropped to get there. It
/// verifies nothing. Code that judges the received bytes must not use it, because a service does not use it either.
///
///     for found in TokenFinder.tokens(in: text.span) {
///       let token = try UnverifiedToken(found.text.span)
///     }
public enum TokenFinder {
  /// A token, and what surrounded it.
  public struct Found: Sendable, Hashable {
    /// The token alone, in ASCII; padding and the other base64 alphabet are kept.
    public let text: [UInt8]
    /// What was dropped, from the outside to the inside; empty if the text is only the token.
    public let dropped: [DroppedText]

    public init(text: [UInt8], dropped: [DroppedText]) {
      self.text = text
      self.dropped = dropped
    }

    /// The name that it had in JSON or in a form, such as `client_assertion`.
    public var name: String? {
      for part in dropped {
        switch part {
        case .json(let name?), .form(let name): return name
        default: continue
        }
      }
      return nil
    }
  }

  /// The most tokens to list; the rest is skipped.
  public static let mostTokens = 32

  /// Every token in the text, in order. The work depends on the length of the text alone.
  public static func tokens(in text: Span<UInt8>) -> [Found] {
    let decoded = DecodedText(text)
    var scanner = TokenScanner(decoded.bytes)
    var found: [Found] = []
    while found.count < mostTokens, let candidate = scanner.next() {
      let around = TokenSurroundings(decoded.bytes, candidate.range)
      var dropped: [DroppedText] = []
      for part in decoded.dropped + around.dropped + candidate.dropped where !dropped.contains(part) {
        dropped.append(part)
      }
      found.append(Found(text: candidate.text, dropped: dropped))
    }
    return found
  }
}

/// The bytes of a text in an encoding that contains ASCII.
private struct DecodedText {
  let bytes: [UInt8]
  let dropped: [DroppedText]

  init(_ text: Span<UInt8>) {
    if text.count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF {
      bytes = [UInt8](copying: text.extracting(3..<text.count))
      dropped = [.byteOrderMark]
      return
    }
    guard text.count >= 2 else {
      bytes = [UInt8](copying: text)
      dropped = []
      return
    }
    switch (text[0], text[1]) {
    case (0xFF, 0xFE): (bytes, dropped) = (Self.narrowed(text, from: 2, high: 1), [.byteOrderMark, .utf16])
    case (0xFE, 0xFF): (bytes, dropped) = (Self.narrowed(text, from: 2, high: 0), [.byteOrderMark, .utf16])
    case (1..., 0): (bytes, dropped) = (Self.narrowed(text, from: 0, high: 1), [.utf16])
    case (0, 1...): (bytes, dropped) = (Self.narrowed(text, from: 0, high: 0), [.utf16])
    default: (bytes, dropped) = ([UInt8](copying: text), [])
    }
  }

  /// UTF-16 as UTF-8; `high` is the place of the high byte in each pair. Half of a surrogate pair becomes U+FFFD.
  private static func narrowed(_ text: Span<UInt8>, from start: Int, high: Int) -> [UInt8] {
    var units: [UInt16] = []
    units.reserveCapacity((text.count - start) / 2)
    var index = start
    while index + 1 < text.count {
      units.append(UInt16(text[index + high]) << 8 | UInt16(text[index + 1 - high]))
      index += 2
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(units.count)
    var decoder = UTF16()
    var iterator = units.makeIterator()
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): bytes.append(contentsOf: Array(String(scalar).utf8))
      case .error: bytes.append(contentsOf: [0xEF, 0xBF, 0xBD])
      case .emptyInput: return bytes
      }
    }
  }
}
