/// The DigestInfo that RSASSA-PKCS1-v1_5 signs (RFC 8017, section 9.2, note 1).
public enum DigestInfo {
  /// DER: the hash function and the digest, or nil for a digest that has not the length of the hash function's.
  public static func encoding(_ digest: [UInt8], of algorithm: DigestAlgorithm) -> [UInt8]? {
    encoding(digest, of: algorithm, parameters: [0x05, 0x00])
  }

  /// The same without the NULL behind the hash function, which some signers leave out and no verifier here accepts.
  package static func encodingWithoutNull(_ digest: [UInt8], of algorithm: DigestAlgorithm) -> [UInt8]? {
    encoding(digest, of: algorithm, parameters: [])
  }

  private static func encoding(_ digest: [UInt8], of algorithm: DigestAlgorithm, parameters: [UInt8]) -> [UInt8]? {
    guard digest.count == algorithm.byteCount else { return nil }
    return sequence(sequence(objectIdentifier(of: algorithm) + parameters) + [0x04, UInt8(digest.count)] + digest)
  }

  /// No DigestInfo is longer than 127 bytes, so that one byte tells every length.
  private static func sequence(_ contents: [UInt8]) -> [UInt8] { [0x30, UInt8(contents.count)] + contents }

  private static func objectIdentifier(of algorithm: DigestAlgorithm) -> [UInt8] {
    // 2.16.840.1.101.3.4.2
    let hashes: [UInt8] = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02]
    switch algorithm {
    case .sha1: return [0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A]
    case .sha256: return hashes + [1]
    case .sha384: return hashes + [2]
    case .sha512: return hashes + [3]
    }
  }
}
