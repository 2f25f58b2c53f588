internal import COpenSSL
public import Messages
public import Signing

extension PublicKey {
  /// A key for any RSA algorithm, from its numbers: for formats other than X.509, such as JWK (RFC 7518, section 6.3.1).
  ///
  /// Throws `malformed-key` when a number is zero, and `cryptography-failed` when OpenSSL has no memory left.
  public convenience init(rsa numbers: RSAPublicNumbers) throws(KeyError) {
    try self.init(numbers, algorithmIdentifier: Self.rsaEncryption, kind: .rsa(numbers))
  }

  /// A key for PSS alone, under an `X509_ALGOR` of id-RSASSA-PSS (RFC 4055, section 1.2).
  convenience init(pss numbers: RSAPublicNumbers, algorithm: UnsafePointer<X509_ALGOR>) throws(KeyError) {
    guard let identifier = unsafe DER.encoding({ output in unsafe i2d_X509_ALGOR(algorithm, output) }) else {
      throw .openSSL("encoding a public key")
    }
    let restriction = unsafe algorithm.pointee.parameter.map { unsafe PSSRestriction($0) }
    try self.init(numbers, algorithmIdentifier: identifier, kind: .rsaPSS(numbers, restrictedTo: restriction))
  }

  private convenience init(_ numbers: RSAPublicNumbers, algorithmIdentifier: [UInt8], kind: Kind) throws(KeyError) {
    if numbers.modulus.isEmpty || numbers.exponent.isEmpty {
      throw KeyError(.malformedKey, "an RSA public key has a modulus or an exponent of zero")
    }
    // A BIT STRING begins with its number of unused bits.
    let bitString = DER.element(0x03, containing: [0] + numbers.rsaPublicKey)
    let der = DER.element(0x30, containing: algorithmIdentifier + bitString)
    self.init(subjectPublicKeyInfo: der, kind: kind, sha256Fingerprint: try Digest.hash(der.span, with: .sha256))
  }

  /// AlgorithmIdentifier of rsaEncryption, 1.2.840.113549.1.1.1 with NULL (RFC 3279, section 2.3.1).
  private static let rsaEncryption: [UInt8] = [
    0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
  ]
}
