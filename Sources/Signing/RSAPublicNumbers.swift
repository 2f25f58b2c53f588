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

  /// True if the exponent is odd, as every RSA exponent is.
  public var isExponentOdd: Bool { exponent.last.map { $0 & 1 == 1 } ?? false }

  /// True if the exponent is less than 65537, which FIPS 186-5 no longer allows for signing.
  public var isExponentSmall: Bool {
    exponent.count < 3 || (exponent.count == 3 && exponent.lexicographicallyPrecedes([1, 0, 1]))
  }
}

extension RSAPublicNumbers {
  /// The sizes in bits of keys that can sign here: the services refuse smaller ones, and larger ones only cost time.
  public static let signingBitCounts = 2048...8192

  /// What is wrong with a key of these numbers, the worst first.
  var faults: [PublicKey.Fault] {
    var faults: [PublicKey.Fault] = []
    let sizes = Self.signingBitCounts
    if bitCount < sizes.lowerBound { faults.append(.tooSmall(bitCount: bitCount, least: sizes.lowerBound)) }
    if bitCount > sizes.upperBound { faults.append(.tooLarge(bitCount: bitCount, most: sizes.upperBound)) }
    if !isExponentOdd { faults.append(.unusable) }
    if exponent == [1] || modulus.last.map({ $0 & 1 == 0 }) ?? true { faults.append(.forgeable) }
    if hasFingerprintOfROCA { faults.append(.factorable) }
    if isExponentSmall { faults.append(.weakExponent) }
    return faults
  }

  /// Nil for a fault that shows elsewhere: a private key with such numbers is never sound, and its trial fails.
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
    case .factorable:
      KeyError(
        .rsaKeyROCA,
        "the RSA key at \(naming: reference) has the fingerprint of ROCA (CVE-2017-15361): anyone who has its public key can compute it",
        hint: "replace it: make a new key with other software, or with the newer firmware of the chip")
    case .forgeable, .unsupportedKind: nil
    }
  }
}

extension RSAPublicNumbers {
  /// True for a modulus as Infineon's RSALib made it (Nemec and others, The Return of Coppersmith's Attack, CCS 2017).
  ///
  /// Its primes are powers of 65537 modulo the product of the first primes, and so the modulus is a power of 65537
  /// modulo each of these. Seventeen of them are enough to tell: one modulus in two hundred million passes by chance.
  public var hasFingerprintOfROCA: Bool {
    Self.fingerprintGroups.allSatisfy { group in
      let remainder = modulus.reduce(UInt64(0)) { ($0 << 8 | UInt64($1)) % group.product }
      return group.primes.allSatisfy { $0.powers.contains(Int(remainder % $0.prime)) }
    }
  }

  private typealias FingerprintGroup = (product: UInt64, primes: [(prime: UInt64, powers: Set<Int>)])

  /// The odd primes up to 167, on which the moduli of every key size are built, with the powers of 65537 modulo each.
  /// The primes with the fewest such powers come first, so that nearly every modulus is decided by the first group.
  private static let fingerprintGroups: [FingerprintGroup] = {
    let odd = stride(from: 3, through: 167, by: 2).filter { number in
      !stride(from: 3, to: number, by: 2).contains { number.isMultiple(of: $0) }
    }
    let primes = odd.map { prime -> (prime: UInt64, powers: Set<Int>) in
      var powers: Set<Int> = [1]
      var power = 65537 % prime
      while powers.insert(power).inserted { power = power * 65537 % prime }
      return (UInt64(prime), powers)
    }.filter { $0.powers.count < Int($0.prime) - 1 }
    var groups: [FingerprintGroup] = []
    for prime in primes.sorted(by: {
      Double($0.powers.count) / Double($0.prime) < Double($1.powers.count) / Double($1.prime)
    }) {
      // Another byte must still fit into 64 bits.
      if let last = groups.last, last.product < 1 << 56 / prime.prime {
        groups[groups.count - 1].product *= prime.prime
        groups[groups.count - 1].primes.append(prime)
      } else {
        groups.append((prime.prime, [prime]))
      }
    }
    return groups
  }()
}

/// The RSASSA-PSS-params of an id-RSASSA-PSS key (RFC 4055, section 3.1): the parameters that its signatures must use.
public struct PSSRestriction: Sendable, Hashable {
  /// The digest of the message, or nil for one that no `PS*` algorithm uses.
  public let digest: DigestAlgorithm?
  /// The digest of MGF1; nil for one that no `PS*` algorithm uses.
  public let maskDigest: DigestAlgorithm?
  /// The least salt length in bytes.
  public let minimumSaltByteCount: Int

  public init(digest: DigestAlgorithm?, maskDigest: DigestAlgorithm?, minimumSaltByteCount: Int) {
    self.digest = digest
    self.maskDigest = maskDigest
    self.minimumSaltByteCount = minimumSaltByteCount
  }

  /// True if a signature by the algorithm obeys the restriction.
  public func allows(_ algorithm: SignatureAlgorithm) -> Bool {
    algorithm.padding == .pss && digest == algorithm.digest && maskDigest == algorithm.digest
      && minimumSaltByteCount <= algorithm.digest.byteCount
  }
}
