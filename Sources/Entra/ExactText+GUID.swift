import Encodings
import Tokens

extension ExactText {
  /// Compares as GUIDs are compared: ASCII letters of either case are the same.
  func isSameGUID(as other: ExactText) -> Bool {
    text.utf8.elementsEqual(other.text.utf8) { Self.lowerCase($0) == Self.lowerCase($1) }
  }

  private static func lowerCase(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}
