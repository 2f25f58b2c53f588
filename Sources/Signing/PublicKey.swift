public import Messages

/// A public key as a SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7), with what is needed to judge it.
///
/// A class, as `Certificate` is: it is passed on more often than it is read.
public final class PublicKey: Sendable {
  /// The kind of key, and what it may be used for.
  ///
  /// Everything that depends on the kind of a key is in the extension of this type; no other code asks which case it
  /// is.
  @nonexhaustive
  public enum Kind: Sendable, Hashable {
    /// rsaEncryption: any RSA signature algorithm.
    case rsa(RSAPublicNumbers)
    /// id-RSASSA-PSS (RFC 4055): PSS only, and only with the digest that it names, if it names one.
    case rsaPSS(RSAPublicNumbers, restrictedTo: PSSRestriction?)
    /// Any other kind, by the name of its algorithm, such as `EC P-256` or `Ed25519`.
    case other(String)
  }

  /// What is wrong with a key itself, for signing and for verifying.
  @nonexhaustive
  public enum Fault: Sendable, Hashable {
    /// None of the signature algorithms here uses keys of this kind.
    case unsupportedKind
    /// Fewer bits than the least that sign here, 2048.
    case tooSmall(bitCount: Int, least: Int)
    /// More bits than the most that are used here, 8192.
    case tooLarge(bitCount: Int, most: Int)
    /// Nobody can sign with it: its public exponent is even.
    case unusable
    /// Anybody can sign with it: its public exponent is 1, or its modulus is even.
    case forgeable
    /// Others may be able to compute its private key: the modulus has the fingerprint of ROCA (CVE-2017-15361), which
    /// one key in two hundred million has by chance.
    case factorable
    /// Weaker than new signatures may be: its public exponent is below 65537, which FIPS 186-5 does not allow.
    case weakExponent
  }

  /// DER.
  public let subjectPublicKeyInfo: [UInt8]
  /// RSA with its numbers, or another kind of key.
  public let kind: Kind
  /// SHA-256 of `subjectPublicKeyInfo`: 32 bytes.
  public let sha256Fingerprint: [UInt8]
  /// For a person: `RSA 2048`, `RSA-PSS 2048`, `EC P-256`.
  public let summary: String
  /// Everything that is wrong with the key, in the order of the cases; a small exponent is last.
  public let faults: [Fault]

  /// The three must describe the same key. Readers of keys make this value, users rarely do.
  public init(subjectPublicKeyInfo: [UInt8], kind: Kind, sha256Fingerprint: [UInt8]) {
    self.subjectPublicKeyInfo = subjectPublicKeyInfo
    self.kind = kind
    self.sha256Fingerprint = sha256Fingerprint
    summary = kind.summary
    faults = kind.faults
  }

  /// Nil for a key of a kind that none of the signature algorithms here uses.
  public var keyType: KeyType? { kind.keyType }

  /// The RSA numbers, or nil for another kind of key.
  public var rsa: RSAPublicNumbers? {
    if case .rsa(let numbers) = kind.numbers { numbers } else { nil }
  }

  /// True when a signature of this algorithm may be made and accepted with the key.
  public func allows(_ algorithm: SignatureAlgorithm) -> Bool { kind.allows(algorithm) }

  /// The length of every signature of the algorithm in bytes; nil if the algorithm does not use this kind of key.
  ///
  /// A restriction of the key does not matter here.
  public func signatureByteCount(for algorithm: SignatureAlgorithm) -> Int? {
    algorithm.keyType == kind.keyType ? kind.signatureByteCount : nil
  }

  /// Throws `key-not-rsa`, `rsa-key-too-small`, `rsa-key-too-large`, `broken-rsa-key`, `rsa-key-roca`,
  /// `rsa-exponent-too-small` or `key-restricted` if the key must not sign with the algorithm.
  public func requireFitToSign(with algorithm: SignatureAlgorithm, at reference: KeyReference) throws(KeyError) {
    if let error = kind.signingError(faults, at: reference) { throw error }
    if !allows(algorithm) {
      throw KeyError(
        .keyRestricted,
        "the key at \(naming: reference) is restricted to \(restrictionSummary) and never signs \(algorithm.rawValue)",
        hint: restrictionHint)
    }
  }

  /// All algorithms of the key, for messages.
  private var allowedAlgorithms: [SignatureAlgorithm] { SignatureAlgorithm.allCases.filter(allows) }

  private var restrictionSummary: String {
    let names = allowedAlgorithms.map(\.rawValue)
    return names.isEmpty ? "PSS parameters that no JSON Web Signature algorithm has" : names.joined(separator: ", ")
  }

  private var restrictionHint: String? {
    allowedAlgorithms.first.map { "choose the algorithm \($0.rawValue), or another key" }
  }
}

extension PublicKey: Hashable {
  /// Two keys are the same if their kind, restriction and numbers are the same. Other differences of their encodings do
  /// not matter.
  public static func == (left: PublicKey, right: PublicKey) -> Bool {
    if left === right { return true }
    switch (left.kind, right.kind) {
    case (.other, .other): return left.subjectPublicKeyInfo == right.subjectPublicKeyInfo
    default: return left.kind == right.kind
    }
  }

  public func hash(into hasher: inout Hasher) {
    if let numbers = kind.numbers { hasher.combine(numbers) } else { hasher.combine(subjectPublicKeyInfo) }
  }

  /// True for the same numbers, even if the keys have different restrictions, and for any other equal key. What one of
  /// them signs, the other verifies, if both allow the algorithm.
  public func hasSameNumbers(as other: PublicKey) -> Bool {
    if let numbers = kind.numbers, let others = other.kind.numbers { return numbers == others }
    return self == other
  }
}

/// Everything that depends on the kind of a key, with one arm for each kind.
extension PublicKey.Kind {
  /// The values that a comparison of keys uses.
  fileprivate enum Numbers: Hashable {
    case rsa(RSAPublicNumbers)
  }

  /// Nil if only the encoding tells two keys apart.
  fileprivate var numbers: Numbers? {
    switch self {
    case .rsa(let numbers), .rsaPSS(let numbers, _): .rsa(numbers)
    case .other: nil
    }
  }

  fileprivate var keyType: KeyType? {
    switch self {
    case .rsa, .rsaPSS: .rsa
    case .other: nil
    }
  }

  fileprivate var summary: String {
    switch self {
    case .rsa(let numbers): "RSA \(numbers.bitCount)"
    case .rsaPSS(let numbers, _): "RSA-PSS \(numbers.bitCount)"
    case .other(let name): name
    }
  }

  fileprivate func allows(_ algorithm: SignatureAlgorithm) -> Bool {
    switch self {
    case .rsa: algorithm.keyType == .rsa
    case .rsaPSS(_, let restriction): algorithm.padding == .pss && (restriction?.allows(algorithm) ?? true)
    case .other: false
    }
  }

  fileprivate var signatureByteCount: Int? {
    switch self {
    case .rsa(let numbers), .rsaPSS(let numbers, _): numbers.modulus.count
    case .other: nil
    }
  }

  fileprivate var faults: [PublicKey.Fault] {
    switch self {
    case .rsa(let numbers), .rsaPSS(let numbers, _): numbers.faults
    case .other: [.unsupportedKind]
    }
  }

  /// The error for the worst of the faults, if the key at the reference was to sign; nil if none of them prevents that.
  fileprivate func signingError(_ faults: [PublicKey.Fault], at reference: KeyReference) -> KeyError? {
    switch self {
    case .rsa, .rsaPSS: faults.lazy.compactMap { RSAPublicNumbers.signingError($0, at: reference) }.first
    case .other(let name):
      KeyError(.keyNotRSA, "the key at \(naming: reference) is \(name), and these tokens take RSA keys only")
    }
  }
}
