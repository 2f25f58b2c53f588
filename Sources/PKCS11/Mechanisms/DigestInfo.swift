internal import Signing

/// The DigestInfo that RSASSA-PKCS1-v1_5 signs (RFC 8017, section 9.2, note 1).
enum DigestInfo {
  /// Nil for a digest that no `RS*` algorithm uses.
  static func encoding(_ digest: [UInt8], of algorithm: DigestAlgorithm) -> [UInt8]? {
    // The last arc of 2.16.840.1.101.3.4.2.
    let arc: UInt8
    switch algorithm {
    case .sha256: arc = 1
    case .sha384: arc = 2
    case .sha512: arc = 3
    default: return nil
    }
    guard digest.count == algorithm.byteCount, let byteCount = UInt8(exactly: digest.count) else { return nil }
    let identifier: [UInt8] = [0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, arc, 0x05, 0x00]
    return [0x30, UInt8(identifier.count) + 2 + byteCount] + identifier + [0x04, byteCount] + digest
  }
}
