import Encodings

/// Bytes as pairs of hexadecimal digits.
enum Hexadecimal {
  /// In lower case.
  static func text(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Nil for anything but whole pairs of digits in either case.
  static func bytes(_ text: String) -> [UInt8]? {
    let digits = text.utf8.map { digit in
      Character(UnicodeScalar(digit)).isASCII ? Character(UnicodeScalar(digit)).hexDigitValue : nil
    }
    guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
    let values = digits.compactMap { $0 }
    return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
  }
}
