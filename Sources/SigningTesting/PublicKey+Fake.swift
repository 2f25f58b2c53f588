public import Signing

extension PublicKey {
  /// An RSA public key that nobody has the private half of; another `number` gives another key.
  public static func fake(_ number: UInt8 = 1, bitCount: Int = 2048) -> PublicKey {
    let modulus = [0x80 | number] + [UInt8](repeating: number, count: max(0, bitCount / 8 - 2)) + [1]
    return PublicKey(
      subjectPublicKeyInfo: modulus, kind: .rsa(RSAPublicNumbers(modulus: modulus, exponent: [1, 0, 1])),
      sha256Fingerprint: [UInt8](repeating: number, count: 32))
  }
}
