/// The raw octets of a signature, with the algorithm that made it.
public struct Signature: Sendable, Hashable {
  public let algorithm: SignatureAlgorithm
  /// Big-endian, as long as the RSA modulus (RFC 8017, sections 8.1.1 and 8.2.1).
  public let bytes: [UInt8]

  public init(algorithm: SignatureAlgorithm, bytes: [UInt8]) {
    self.algorithm = algorithm
    self.bytes = bytes
  }
}
