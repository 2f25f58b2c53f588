/// A public key as a SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7), with what is needed to judge it.
///
/// A class, as `Certificate` is: it is handed on more often than looked into.
public final class PublicKey: Sendable {
  /// What kind of key it is, and what it may be used for.
  @nonexhaustive
  public enum Kind: Sendable, Hashable {
    /// rsaEncryption: any RSA signature algorithm.
    case rsa(RSAPublicNumbers)
    /// id-RSASSA-PSS (RFC 4055): PSS only, and only with the named digest where one is named.
    case rsaPSS(RSAPublicNumbers, restrictedTo: PSSRestriction?)
    /// Any other kind, by the name of its algorithm, such as `EC P-256` or `Ed25519`.
    case other(String)
  }

  /// DER.
  public let subjectPublicKeyInfo: [UInt8]
  public let kind: Kind
  /// SHA-256 of `subjectPublicKeyInfo`: 32 bytes.
  public let sha256Fingerprint: [UInt8]
  /// For a person: `RSA 2048`, `RSA-PSS 2048`, `EC P-256`.
  public let summary: String

  /// The three must describe the same key; readers of keys make this, users rarely do.
  public init(subjectPublicKeyInfo: [UInt8], kind: Kind, sha256Fingerprint: [UInt8]) {
    self.subjectPublicKeyInfo = subjectPublicKeyInfo
    self.kind = kind
    self.sha256Fingerprint = sha256Fingerprint
    summary =
      switch kind {
      case .rsa(let numbers): "RSA \(numbers.bitCount)"
      case .rsaPSS(let numbers, _): "RSA-PSS \(numbers.bitCount)"
      case .other(let name): name
      }
  }

  /// The RSA numbers, or nil for another kind of key.
  public var rsa: RSAPublicNumbers? {
    switch kind {
    case .rsa(let numbers), .rsaPSS(let numbers, _): numbers
    case .other: nil
    }
  }

  /// True when a signature of this algorithm may be made and accepted with the key.
  public func allows(_ algorithm: SignatureAlgorithm) -> Bool {
    switch kind {
    case .rsa: true
    case .rsaPSS(_, let restriction): algorithm.padding == .pss && (restriction?.allows(algorithm) ?? true)
    case .other: false
    }
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
    if let rsa { hasher.combine(rsa) } else { hasher.combine(subjectPublicKeyInfo) }
  }

  /// True for the same RSA numbers, whatever each of the two is restricted to, and for any other key that is the same: what
  /// one signs, the other verifies, where both allow the algorithm.
  public func hasSameNumbers(as other: PublicKey) -> Bool {
    if let rsa, let numbers = other.rsa { return rsa == numbers }
    return self == other
  }
}
