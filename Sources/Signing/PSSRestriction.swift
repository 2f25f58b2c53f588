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
