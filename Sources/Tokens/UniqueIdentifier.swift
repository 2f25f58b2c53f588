public import Encodings

/// Fresh identifiers for `jti` (RFC 7519, section 4.1.7).
public enum UniqueIdentifier {
  /// A random UUID, version 4 (RFC 9562, section 5.4), in lower case.
  public static func uuid(using generator: inout some RandomNumberGenerator) -> ExactText {
    // Two draws and not sixteen: the system's generator asks the kernel for each.
    let (high, low): (UInt64, UInt64) = (generator.next(), generator.next())
    var bytes = [high, low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (8 * $0)) } }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    var text = ""
    for (index, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(index) { text += "-" }
      text += Hexadecimal.upperCase([byte])
    }
    return ExactText(text.lowercased())
  }
}
