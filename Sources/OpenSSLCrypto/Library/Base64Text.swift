internal import Signing
import System

/// Standard base64 text (RFC 4648, section 4), decoded into memory that is wiped, and what bytes look like in it.
enum Base64Text {
  /// The bytes behind the text, at least one; nil for anything but strict base64.
  ///
  /// White space may stand anywhere; padding must be there, and the bits it leaves unused must be zero.
  static func decoded(_ text: Span<UInt8>) -> SecretBytes? {
    var isBase64 = true
    let bytes = unsafe SecretBytes(capacity: text.count) { memory in
      var end = 0
      var digitCount = 0
      var paddingCount = 0
      var bits: UInt32 = 0
      for index in text.indices where !isWhiteSpace(text[index]) {
        if text[index] == UInt8(ascii: "=") {
          paddingCount += 1
          continue
        }
        guard paddingCount == 0, let digit = digit(text[index]) else {
          isBase64 = false
          return 0
        }
        digitCount += 1
        bits = bits << 6 | digit
        // Every digit of a group but its first completes a byte.
        let unusedBitCount = UInt32(6 - 2 * ((digitCount - 1) % 4))
        if unusedBitCount < 6 {
          unsafe memory[end] = UInt8(truncatingIfNeeded: bits >> unusedBitCount)
          end += 1
          bits &= 1 << unusedBitCount - 1
        }
      }
      isBase64 = paddingCount <= 2 && (digitCount + paddingCount) % 4 == 0 && digitCount % 4 != 1 && bits == 0
      return end
    }
    guard isBase64, !bytes.isEmpty else { return nil }
    return bytes
  }

  /// The text of base64 and of base64url (RFC 4648, sections 4 and 5), each with and without padding.
  static func spellings(of bytes: [UInt8]) -> [String] {
    let text = encoded(bytes)
    let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    let url = text.replacing("+", with: "-").replacing("/", with: "_")
    return [text + padding, text, url + padding, url]
  }

  /// Without padding.
  private static func encoded(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var characters: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for place in 0...group.count { characters.append(alphabet[Int(bits >> UInt32(18 - 6 * place) & 0x3F)]) }
    }
    return String(validating: characters, as: UTF8.self) ?? ""
  }

  private static func isWhiteSpace(_ character: UInt8) -> Bool {
    character == 0x20 || (0x09...0x0D).contains(character)
  }

  private static func digit(_ character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
