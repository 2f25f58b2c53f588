public import Messages
public import Signing
import System

/// The cryptography of OpenSSL.
public struct OpenSSLCryptography: Cryptography {
  public init() {}

  public func digest(_ bytes: Span<UInt8>, with algorithm: DigestAlgorithm) throws(KeyError) -> [UInt8] {
    try Digest.hash(bytes, with: algorithm)
  }

  public func publicKey(rsa numbers: RSAPublicNumbers) throws(KeyError) -> PublicKey { try PublicKey(rsa: numbers) }

  public func publicKey(subjectPublicKeyInfo der: Span<UInt8>) throws(KeyError) -> PublicKey {
    try PublicKeyReader.publicKey(subjectPublicKeyInfo: der)
  }

  public func verifier(for publicKey: PublicKey) throws(KeyError) -> any SignatureVerifier {
    try RSASignatureVerifier(publicKey)
  }

  public func certificate(der: Span<UInt8>) throws(KeyError) -> Certificate {
    try OpenSSLCertificateReader().certificate(der: der)
  }

  public func fault(
    in signature: Span<UInt8>, by algorithm: SignatureAlgorithm, for message: Span<UInt8>, under publicKey: PublicKey,
    among certificates: [Certificate]
  ) -> SignatureFault {
    RSASignatureDiagnosis().fault(in: signature, by: algorithm, for: message, under: publicKey, among: certificates)
  }

  public func certificates(inFile path: String) throws(KeyError) -> [Certificate] {
    let contents = try KeyError.passing { () throws(SystemError) in
      try SecretBytes.contents(ofFile: path, limit: KeyFileLimits.byteCount)
    }
    return try contents.withBytes { bytes throws(KeyError) in
      try CertificateFile.read(bytes, of: path)
    }
  }

  public func publicKeys(inFile path: String) throws(KeyError) -> [PublicKey] {
    let contents = try KeyError.passing { () throws(SystemError) in
      try SecretBytes.contents(ofFile: path, limit: KeyFileLimits.byteCount)
    }
    return try contents.withBytes { bytes throws(KeyError) in
      try PublicKeyFile.read(bytes, of: path)
    }
  }

  public func isSigned(_ certificate: Certificate, by issuer: Certificate) -> Bool {
    CertificateChain.isSigned(certificate, by: issuer)
  }

  public func chain(from leaf: Certificate, among others: [Certificate]) -> [Certificate] {
    CertificateChain.chain(from: leaf, among: others)
  }
}
