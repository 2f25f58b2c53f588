/// A hash function of FIPS 180-4 that certificates, thumbprints or signatures use.
@nonexhaustive
public enum DigestAlgorithm: String, Sendable, Hashable, CaseIterable {
  /// For certificate thumbprints only; nothing is signed with it.
  case sha1 = "SHA-1"
  case sha256 = "SHA-256"
  case sha384 = "SHA-384"
  case sha512 = "SHA-512"

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
