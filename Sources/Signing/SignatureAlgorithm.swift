/// The RSA signature algorithms of RFC 7518, sections 3.3 and 3.5, by their `alg` names.
@nonexhaustive
public enum SignatureAlgorithm: String, Sendable, Hashable, CaseIterable {
  case rs256 = "RS256"
  case rs384 = "RS384"
  case rs512 = "RS512"
  case ps256 = "PS256"
  case ps384 = "PS384"
  case ps512 = "PS512"

  /// How the digest is encoded before the RSA operation (RFC 8017, sections 8.1 and 8.2).
  @nonexhaustive
  public enum Padding: Sendable, Hashable {
    /// RSASSA-PKCS1-v1_5.
    case pkcs1
    /// RSASSA-PSS with MGF1 over the same digest and a salt as long as the digest (RFC 7518, section 3.5).
    case pss
  }

  public var digest: DigestAlgorithm {
    switch self {
    case .rs256, .ps256: .sha256
    case .rs384, .ps384: .sha384
    case .rs512, .ps512: .sha512
    }
  }

  public var padding: Padding {
    switch self {
    case .rs256, .rs384, .rs512: .pkcs1
    case .ps256, .ps384, .ps512: .pss
    }
  }

  private static let byName = allCases.map { (name: $0.rawValue, algorithm: $0) }

  /// The algorithm of this exact name: `alg` values are case-sensitive (RFC 7515, section 4.1.1).
  public init?(name: String) {
    // Not `init(rawValue:)`, which takes canonically equivalent text; any such text is longer in UTF-8 than these letters.
    guard let match = Self.byName.first(where: { $0.name.utf8.count == name.utf8.count && $0.name == name }) else {
      return nil
    }
    self = match.algorithm
  }
}
