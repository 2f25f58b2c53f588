/// Bytes as `%` and two hexadecimal digits (RFC 3986, section 2.1).
package enum PercentEncoding {
  /// The bytes with their escapes undone; nil for a bad escape, and for a literal byte that is not allowed.
  package static func decoded(
    _ text: some Sequence<UInt8>, allowing isAllowed: (UInt8) -> Bool = { _ in true }
  ) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = text.makeIterator()
    while let byte = rest.next() {
      if byte == UInt8(ascii: "%") {
        guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else { return nil }
        bytes.append(high << 4 | low)
      } else if isAllowed(byte) {
        bytes.append(byte)
      } else {
        return nil
      }
    }
    return bytes
  }

  /// Every byte that is not allowed as an escape with upper-case digits.
  package static func encoded(_ bytes: some Sequence<UInt8>, allowing isAllowed: (UInt8) -> Bool) -> String {
    bytes.map { byte in
      isAllowed(byte)
        ? String(UnicodeScalar(byte)) : "%" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
