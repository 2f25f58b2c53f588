import Encodings
internal import Signing
import System

/// Base64 text of a PFX, key or certificate without PEM around it, as key vaults hand it out.
enum DERText {
  /// What every SEQUENCE begins with.
  static let firstByte: UInt8 = 0x30

  /// The bytes behind the text; nil for anything but strict base64 of bytes that begin as a SEQUENCE does.
  static func decoded(_ text: Span<UInt8>) -> SecretBytes? {
    guard let bytes = Base64Text.decoded(text), bytes.withBytes({ bytes in bytes[0] == firstByte }) else { return nil }
    return bytes
  }
}
