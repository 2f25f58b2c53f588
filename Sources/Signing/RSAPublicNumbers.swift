/// The modulus and the public exponent of an RSA key (RFC 8017, section 3.1).
public struct RSAPublicNumbers: Sendable, Hashable {
  /// Big-endian, without leading zero bytes.
  public let modulus: [UInt8]
  /// Big-endian, without leading zero bytes.
  public let exponent: [UInt8]

  /// Leading zero bytes of either number are dropped.
  public init(modulus: [UInt8], exponent: [UInt8]) {
    self.modulus = Array(modulus.drop { $0 == 0 })
    self.exponent = Array(exponent.drop { $0 == 0 })
  }

  /// The size of the key: the number of bits of the modulus.
  public var bitCount: Int {
    guard let first = modulus.first else { return 0 }
    return modulus.count * 8 - first.leadingZeroBitCount
  }

  public var isExponentOdd: Bool { exponent.last.map { $0 & 1 == 1 } ?? false }

  /// True when the exponent is less than 65537, which FIPS 186-5 no longer allows for signing.
  public var isExponentSmall: Bool {
    exponent.count < 3 || (exponent.count == 3 && exponent.lexicographicallyPrecedes([1, 0, 1]))
  }
}
