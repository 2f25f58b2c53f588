/// The RSA signature algorithms of RFC 7518, sections 3.3 and 3.5, by their `alg` names.
@nonexhaustive
public enum SignatureAlgorithm: String, Sendable, Hashable, CaseIterable {
  /// RSASSA-PKCS1-v1_5 with SHA-256, SHA-384 and SHA-512.
  case rs256 = "RS256", rs384 = "RS384", rs512 = "RS512"
  /// RSASSA-PSS with SHA-256, SHA-384 and SHA-512.
  case ps256 = "PS256", ps384 = "PS384", ps512 = "PS512"

  /// How the digest is encoded before the RSA operation (RFC 8017, sections 8.1 and 8.2).
  @nonexhaustive
  public enum Padding: Sendable, Hashable {
    /// RSASSA-PKCS1-v1_5.
    case pkcs1
    /// RSASSA-PSS with MGF1 over the same digest and a salt as long as the digest (RFC 7518, section 3.5).
    case pss
  }

  /// The only type of key that makes such signatures.
  public var keyType: KeyType {
    switch self {
    case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: .rsa
    }
  }

  /// All algorithms of a type of key.
  public static func all(for keyType: KeyType) -> [SignatureAlgorithm] { allCases.filter { $0.keyType == keyType } }

  /// The hash function that the algorithm uses.
  public var digest: DigestAlgorithm {
    switch self {
    case .rs256, .ps256: .sha256
    case .rs384, .ps384: .sha384
    case .rs512, .ps512: .sha512
    }
  }

  /// PKCS #1 v1.5 or PSS.
  public var padding: Padding {
    switch self {
    case .rs256, .rs384, .rs512: .pkcs1
    case .ps256, .ps384, .ps512: .pss
    }
  }

  /// True if the same key always makes the same signature of a message.
  public var isDeterministic: Bool { padding == .pkcs1 }

  /// How the digest is encoded, for messages.
  package var encodingSummary: String {
    switch padding {
    case .pkcs1: "PKCS #1 v1.5 and its DigestInfo"
    case .pss: "PSS, MGF1 over the same hash and a salt as long as the digest"
    }
  }

  private static let byName = allCases.map { (name: $0.rawValue, algorithm: $0) }

  /// The algorithm of this exact name: `alg` values are case-sensitive (RFC 7515, section 4.1.1).
  public init?(name: String) {
    // This replaces `init(rawValue:)`, which takes canonically equivalent text; any such text is longer in UTF-8 than
    // these letters.
    guard let match = Self.byName.first(where: { $0.name.utf8.count == name.utf8.count && $0.name == name }) else {
      return nil
    }
    self = match.algorithm
  }
}

/// The types of keys that the signature algorithms here use, by their `kty` names (RFC 7518, section 6.1).
@nonexhaustive
public enum KeyType: String, Sendable, Hashable, CaseIterable {
  /// RSA, also if the key is restricted to PSS.
  case rsa = "RSA"
}

/// A hash function of FIPS 180-4 that certificates, thumbprints or signatures use.
@nonexhaustive
public enum DigestAlgorithm: String, Sendable, Hashable, CaseIterable {
  /// For certificate thumbprints only; nothing is signed with it.
  case sha1 = "SHA-1"
  /// For signatures, with digests of 32, 48 and 64 bytes; SHA-256 also for thumbprints.
  case sha256 = "SHA-256", sha384 = "SHA-384", sha512 = "SHA-512"

  /// The length of a digest in bytes.
  public var byteCount: Int {
    switch self {
    case .sha1: 20
    case .sha256: 32
    case .sha384: 48
    case .sha512: 64
    }
  }
}

/// The DigestInfo that RSASSA-PKCS1-v1_5 signs (RFC 8017, section 9.2, note 1).
public enum DigestInfo {
  /// DER of the hash function and the digest; nil if the digest does not have the length of the hash function's output.
  public static func encoding(_ digest: [UInt8], of algorithm: DigestAlgorithm) -> [UInt8]? {
    encoding(digest, of: algorithm, parameters: [0x05, 0x00])
  }

  /// The same without the NULL after the hash function. Some signers leave it out, and no verifier here accepts that.
  package static func encodingWithoutNull(_ digest: [UInt8], of algorithm: DigestAlgorithm) -> [UInt8]? {
    encoding(digest, of: algorithm, parameters: [])
  }

  private static func encoding(_ digest: [UInt8], of algorithm: DigestAlgorithm, parameters: [UInt8]) -> [UInt8]? {
    guard digest.count == algorithm.byteCount else { return nil }
    return sequence(sequence(objectIdentifier(of: algorithm) + parameters) + [0x04, UInt8(digest.count)] + digest)
  }

  /// A DigestInfo is never longer than 127 bytes, so one byte is enough for every length.
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
