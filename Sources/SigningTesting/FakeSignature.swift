internal import Signing

/// Bytes that depend on message, algorithm and key, and that anybody can make.
enum FakeSignature {
  static func bytes(for message: Span<UInt8>, _ algorithm: SignatureAlgorithm, _ key: PublicKey) -> [UInt8] {
    // FNV-1a, in 64 bits.
    var state: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
    for index in message.indices { mix(message[index]) }
    for byte in Array(algorithm.rawValue.utf8) + key.sha256Fingerprint { mix(byte) }
    return (0..<(key.rsa?.modulus.count ?? 64)).map { _ in
      mix(0)
      return UInt8(truncatingIfNeeded: state >> 32)
    }
  }
}
