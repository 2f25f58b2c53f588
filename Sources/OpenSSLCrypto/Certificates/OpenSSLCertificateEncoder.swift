internal import COpenSSL
public import Messages
public import Signing

/// Encodes certificates and requests with OpenSSL, in a library context of our own and without any private key.
///
/// OpenSSL writes the to-be-signed bytes. The outer SEQUENCE is put together here, from three known pieces:
/// `ASN1_BIT_STRING_set` would drop the zero bits at the end of every second signature.
public struct OpenSSLCertificateEncoder: CertificateEncoder {
  public init() {}

  public func newSerialNumber() throws(CertificateError) -> [UInt8] {
    while true {
      let random = try CertificateError.passing { () throws(KeyError) in try RandomBytes.make(16) }
      if let number = CertificateContents.serialNumber(from: random) { return number }
    }
  }

  public func toBeSigned(
    _ contents: CertificateContents, publicKey: PublicKey, algorithm: SignatureAlgorithm
  ) throws(CertificateError) -> [UInt8] {
    let identifier = try Self.identifier(algorithm, for: publicKey)
    return try CertificateError.passing { () throws(KeyError) in
      try CertificateBuilder().toBeSigned(contents, publicKey: publicKey, algorithmIdentifier: identifier)
    }
  }

  public func toBeSigned(
    _ contents: CertificateRequestContents, publicKey: PublicKey, algorithm: SignatureAlgorithm
  ) throws(CertificateError) -> [UInt8] {
    _ = try Self.identifier(algorithm, for: publicKey)
    return try CertificateError.passing { () throws(KeyError) in
      try CertificateRequestBuilder().toBeSigned(contents, publicKey: publicKey)
    }
  }

  public func wrap(
    toBeSigned: [UInt8], algorithm: SignatureAlgorithm, signature: [UInt8]
  ) throws(CertificateError) -> [UInt8] {
    guard let identifier = CertificateAlgorithm.identifier(of: algorithm) else { throw .notOffered(algorithm) }
    // A BIT STRING begins with its number of unused bits, which is zero: a signature is whole bytes (RFC 8017, section
    // 8).
    let bitString = DER.element(0x03, containing: [0] + signature)
    return DER.element(0x30, containing: toBeSigned + identifier + bitString)
  }

  private static func identifier(
    _ algorithm: SignatureAlgorithm, for publicKey: PublicKey
  ) throws(CertificateError) -> [UInt8] {
    guard case .rsa(let numbers) = publicKey.kind, RSAPublicNumbers.signingBitCounts.contains(numbers.bitCount) else {
      throw CertificateError(
        .keyNotOffered,
        "certificates are made for RSA keys of 2048 to 8192 bits without a restriction, but this one is \(publicKey.summary)"
      )
    }
    guard let identifier = CertificateAlgorithm.identifier(of: algorithm) else { throw .notOffered(algorithm) }
    return identifier
  }
}

/// The AlgorithmIdentifiers of the certificates that are signed here.
enum CertificateAlgorithm {
  /// DER; nil for an algorithm that keyroll does not sign certificates with.
  static func identifier(of algorithm: SignatureAlgorithm) -> [UInt8]? {
    switch algorithm {
    // RFC 4055, section 5: sha256WithRSAEncryption and its siblings, each with NULL.
    case .rs256: pkcs1(0x0B)
    case .rs384: pkcs1(0x0C)
    case .rs512: pkcs1(0x0D)
    case .ps256: pss256
    default: nil
    }
  }

  /// The algorithm that exactly these bytes identify.
  static func algorithm(of identifier: [UInt8]) -> SignatureAlgorithm? {
    SignatureAlgorithm.allCases.first { self.identifier(of: $0) == identifier }
  }

  /// 1.2.840.113549.1.1
  private static let pkcs1Arc: [UInt8] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01]
  /// SHA-256 with NULL (RFC 4055, section 2.1).
  private static let sha256: [UInt8] = [
    0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
  ]

  private static func pkcs1(_ last: UInt8) -> [UInt8] {
    DER.element(0x30, containing: pkcs1Arc + [last, 0x05, 0x00])
  }

  /// id-RSASSA-PSS (RFC 4055, section 3.1) with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes; the trailer field has its
  /// default and is left out.
  private static let pss256 = DER.element(
    0x30,
    containing: pkcs1Arc + [0x0A]
      + DER.element(
        0x30,
        containing: DER.element(0xA0, containing: sha256)
          + DER.element(0xA1, containing: DER.element(0x30, containing: pkcs1Arc + [0x08] + sha256))
          + DER.element(0xA2, containing: [0x02, 0x01, 0x20])))
}

extension CertificateError {
  static func notOffered(_ algorithm: SignatureAlgorithm) -> CertificateError {
    CertificateError(
      .algorithmNotOffered, "certificates are not signed with \(algorithm.rawValue) here",
      hint: "choose RS256, RS384, RS512 or PS256")
  }
}
