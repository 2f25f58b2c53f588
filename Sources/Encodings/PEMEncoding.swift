/// Writes PEM text (RFC 7468) of public data. Private keys are written elsewhere, in memory that is
/// wiped.
package enum PEMEncoding {
  /// 48 bytes make a line of 64 characters.
  private static let lineByteCount = 48

  package static func text(_ label: String, _ der: [UInt8]) -> String {
    let lines = stride(from: 0, to: der.count, by: lineByteCount).map { start in
      Base64.standard.text(Array(der[start..<min(start + lineByteCount, der.count)])) + "\n"
    }
    return "-----BEGIN \(label)-----\n\(lines.joined())-----END \(label)-----\n"
  }
}
