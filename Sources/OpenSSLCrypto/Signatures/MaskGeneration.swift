internal import Signing

/// The mask generation function MGF1 (RFC 8017, appendix B.2.1).
enum MaskGeneration {
  /// Throws `cryptography-failed`.
  static func mask(of seed: ArraySlice<UInt8>, byteCount: Int, with digest: DigestAlgorithm) throws(KeyError) -> [UInt8]
  {
    var mask: [UInt8] = []
    var counter: UInt32 = 0
    while mask.count < byteCount {
      let block = Array(seed) + (0..<4).map { UInt8(truncatingIfNeeded: counter >> (24 - 8 * $0)) }
      mask += try Digest.hash(block.span, with: digest)
      counter += 1
    }
    return Array(mask.prefix(byteCount))
  }
}
