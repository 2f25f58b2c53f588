public import Messages

/// A public key as a SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7), with what is needed to judge it.
///
/// A class, as `Certificate` is: it is handed on more often than looked into.
public final class PublicKey: Sendable {
  /// What kind of key it is, and what it may be used for.
  ///
  /// All that depends on the kind of a key is in the extension of this type; nothing else asks which case it is.
  @nonexhaustive
  public enum Kind: Sendable, Hashable {
    /// rsaEncryption: any RSA signature algorithm.
    case rsa(RSAPublicNumbers)
    /// id-RSASSA-PSS (RFC 4055): PSS only, and only with the named digest where one is named.
    case rsaPSS(RSAPublicNumbers, restrictedTo: PSSRestriction?)
    /// Any other kind, by the name of its algorithm, such as `EC P-256` or `Ed25519`.
    case other(String)
  }

  /// What is wrong with a key itself, whoever signs or verifies with it.
  @nonexhaustive
  public enum Fault: Sendable, Hashable {
    /// No signature algorithm here is for keys of this kind.
    case unsupportedKind
    case tooSmall(bitCount: Int, least: Int)
    case tooLarge(bitCount: Int, most: Int)
    /// Nobody can sign with it: its public exponent is even.
    case unusable
    /// Anybody can sign with it: its public exponent is 1, or its modulus is even.
    case forgeable
    /// Its private key can perhaps be computed: the modulus has the fingerprint of ROCA (CVE-2017-15361), which one key in two hundred
    /// million has by chance.
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
  /// All that is wrong with the key, in the order of the cases; a weak exponent is the last.
  public let faults: [Fault]

  /// The three must describe the same key; readers of keys make this, users rarely do.
  public init(subjectPublicKeyInfo: [UInt8], kind: Kind, sha256Fingerprint: [UInt8]) {
    self.subjectPublicKeyInfo = subjectPublicKeyInfo
    self.kind = kind
    self.sha256Fingerprint = sha256Fingerprint
    summary = kind.summary
    faults = kind.faults
  }

  /// Nil for a key that no signature algorithm here is for.
  public var keyType: KeyType? { kind.keyType }

  /// The RSA numbers, or nil for another kind of key.
  public var rsa: RSAPublicNumbers? {
    if case .rsa(let numbers) = kind.numbers { numbers } else { nil }
  }

  /// True when a signature of this algorithm may be made and accepted with the key.
  public func allows(_ algorithm: SignatureAlgorithm) -> Bool { kind.allows(algorithm) }

  /// The length of every signature of the algorithm; nil if the algorithm is not for this kind of key.
  ///
  /// A restriction of the key does not matter here.
  public func signatureByteCount(for algorithm: SignatureAlgorithm) -> Int? {
    algorithm.keyType == kind.keyType ? kind.signatureByteCount : nil
  }

  /// Throws `key-not-rsa`, `rsa-key-too-small`, `rsa-key-too-large`, `broken-rsa-key`, `rsa-key-roca`, `rsa-exponent-too-small`
  /// or `key-restricted` when the key must not sign with the algorithm.
  public func requireFitToSign(with algorithm: SignatureAlgorithm, at reference: KeyReference) throws(KeyError) {
    if let error = kind.signingError(faults, at: reference) { throw error }
    if !allows(algorithm) {
      throw KeyError(
        .keyRestricted,
        "the key at \(naming: reference) is restricted to \(restrictionSummary) and never signs \(algorithm.rawValue)",
        hint: restrictionHint)
    }
  }

  /// All that the key may make, for messages.
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
  /// Two keys are the same when kind, restriction and numbers are: other parameters that encodings differ in do not matter.
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

  /// True for the same numbers, whatever each of the two is restricted to, and for any other key that is the same: what
  /// one signs, the other verifies, where both allow the algorithm.
  public func hasSameNumbers(as other: PublicKey) -> Bool {
    if let numbers = kind.numbers, let others = other.kind.numbers { return numbers == others }
    return self == other
  }
}

/// What depends on the kind of a key: one arm for each kind in each of these.
extension PublicKey.Kind {
  /// What keys are compared by.
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

  /// What the worst of the faults is called where the key at the reference was to sign; nil if none keeps it from that.
  fileprivate func signingError(_ faults: [PublicKey.Fault], at reference: KeyReference) -> KeyError? {
    switch self {
    case .rsa, .rsaPSS: faults.lazy.compactMap { RSAPublicNumbers.signingError($0, at: reference) }.first
    case .other(let name):
      KeyError(.keyNotRSA, "the key at \(naming: reference) is \(name), and these tokens take RSA keys only")
    }
  }
}
