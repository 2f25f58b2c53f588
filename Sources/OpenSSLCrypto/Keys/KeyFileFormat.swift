/// What kind of file the content announces.
enum KeyFileFormat: Sendable {
  case pem
  /// One SEQUENCE in DER, of a key or a certificate.
  case der
  /// PKCS#12 in DER or BER.
  case pfx
  case unrecognised

  /// Looks at the content alone, never at a name; base64 text without PEM around it is the caller's to decode.
  init(of bytes: Span<UInt8>) {
    if PEMText.begins(in: bytes) {
      self = .pem
    } else if bytes.count > 2, bytes[0] == 0x30 {
      self = Self.beginsPFX(bytes) ? .pfx : .der
    } else {
      self = .unrecognised
    }
  }

  /// A version above those of private keys, 0 and 1, and then a SEQUENCE (RFC 7292, section 4).
  private static func beginsPFX(_ bytes: Span<UInt8>) -> Bool {
    // A length in the long form says how many bytes follow it, and 0x80 that the end is marked.
    let start = bytes[1] <= 0x80 ? 2 : 2 + Int(bytes[1] & 0x7F)
    guard bytes.count > start + 3 else { return false }
    return bytes[start] == 0x02 && bytes[start + 1] == 1 && bytes[start + 2] > 1 && bytes[start + 3] == 0x30
  }
}
