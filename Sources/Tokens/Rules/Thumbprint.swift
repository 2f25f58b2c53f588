public import Encodings
public import Signing

/// The two certificate thumbprints that a header can carry.
@nonexhaustive
public enum Thumbprint: Sendable, Hashable, CaseIterable {
  case sha1, sha256

  public var headerName: ExactText {
    switch self {
    case .sha1: "x5t"
    case .sha256: "x5t#S256"
    }
  }

  public var digest: DigestAlgorithm {
    switch self {
    case .sha1: .sha1
    case .sha256: .sha256
    }
  }

  public var byteCount: Int { digest.byteCount }

  public func bytes(of certificate: Certificate) -> [UInt8] {
    switch self {
    case .sha1: certificate.sha1Thumbprint
    case .sha256: certificate.sha256Thumbprint
    }
  }

  /// Base64url without padding, as the header carries it.
  public func text(of certificate: Certificate) -> ExactText { ExactText(Base64.url.text(bytes(of: certificate))) }

  /// The bytes of hexadecimal text that is as long as a thumbprint of either kind, or nil.
  package static func bytes(ofHexadecimal text: ExactText) -> [UInt8]? {
    let characterCount = text.text.utf8.count
    guard allCases.contains(where: { $0.byteCount * 2 == characterCount }) else { return nil }
    return Hexadecimal.decode(text)
  }

  package var other: Thumbprint { self == .sha1 ? .sha256 : .sha1 }
}
