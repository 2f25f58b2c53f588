import Messages

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

extension RSAPublicNumbers {
  /// The sizes of keys that sign here, in bits: the services refuse less, and more only costs time.
  public static let signingBitCounts = 2048...8192

  /// What is wrong with a key of these numbers, the worst first.
  var faults: [PublicKey.Fault] {
    var faults: [PublicKey.Fault] = []
    let sizes = Self.signingBitCounts
    if bitCount < sizes.lowerBound { faults.append(.tooSmall(bitCount: bitCount, least: sizes.lowerBound)) }
    if bitCount > sizes.upperBound { faults.append(.tooLarge(bitCount: bitCount, most: sizes.upperBound)) }
    if !isExponentOdd { faults.append(.unusable) }
    if exponent == [1] || modulus.last.map({ $0 & 1 == 0 }) ?? true { faults.append(.forgeable) }
    if isExponentSmall { faults.append(.weakExponent) }
    return faults
  }

  /// Nil for a fault that shows elsewhere: no private key with such numbers is sound, and its trial fails.
  static func signingError(_ fault: PublicKey.Fault, at reference: KeyReference) -> KeyError? {
    switch fault {
    case .tooSmall(let bitCount, let least):
      KeyError(
        .rsaKeyTooSmall, "the RSA key at \(naming: reference) has \(bitCount) bits, and at least \(least) are needed")
    case .tooLarge(let bitCount, let most):
      KeyError(
        .rsaKeyTooLarge, "the RSA key at \(naming: reference) has \(bitCount) bits, and at most \(most) are used")
    case .unusable:
      KeyError(.brokenRSAKey, "the RSA key at \(naming: reference) has an even public exponent: no such key can sign")
    case .weakExponent:
      KeyError(
        .rsaExponentTooSmall,
        "the RSA key at \(naming: reference) has a public exponent below 65537, which FIPS 186-5 does not allow",
        hint: "make a new key with the exponent 65537")
    case .forgeable, .unsupportedKind: nil
    }
  }
}

/// The RSASSA-PSS-params that an id-RSASSA-PSS key carries (RFC 4055, section 3.1): what its signatures must use.
public struct PSSRestriction: Sendable, Hashable {
  /// The digest and the digest of MGF1, or nil for one that no `PS*` algorithm uses.
  public let digest: DigestAlgorithm?
  public let maskDigest: DigestAlgorithm?
  /// The least salt length in bytes.
  public let minimumSaltByteCount: Int

  public init(digest: DigestAlgorithm?, maskDigest: DigestAlgorithm?, minimumSaltByteCount: Int) {
    self.digest = digest
    self.maskDigest = maskDigest
    self.minimumSaltByteCount = minimumSaltByteCount
  }

  public func allows(_ algorithm: SignatureAlgorithm) -> Bool {
    algorithm.padding == .pss && digest == algorithm.digest && maskDigest == algorithm.digest
      && minimumSaltByteCount <= algorithm.digest.byteCount
  }
}
