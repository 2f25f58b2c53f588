/// All the cryptography in one value. Rooms without any of their own take it as an argument, and a program chooses it
/// once.
public protocol Cryptography: Sendable {
  /// The digest of the bytes, `algorithm.byteCount` long; throws `cryptography-failed`.
  func digest(_ bytes: Span<UInt8>, with algorithm: DigestAlgorithm) throws(KeyError) -> [UInt8]
  /// A key for any RSA algorithm, from its numbers; throws `malformed-key`.
  func publicKey(rsa numbers: RSAPublicNumbers) throws(KeyError) -> PublicKey
  /// A key from its SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7) in DER; throws `malformed-key` and `trailing-data`.
  func publicKey(subjectPublicKeyInfo der: Span<UInt8>) throws(KeyError) -> PublicKey
  /// Verifies signatures of the key without sharing code with the signer.
  func verifier(for publicKey: PublicKey) throws(KeyError) -> any SignatureVerifier
  /// The certificates of a file; throws `file-unreadable`, `no-certificate` and what its reader throws.
  func certificates(inFile path: String) throws(KeyError) -> [Certificate]
  /// The public keys of a file, including those of its certificates; throws `file-unreadable`, `no-public-key` and what
  /// its reader throws.
  func publicKeys(inFile path: String) throws(KeyError) -> [PublicKey]
  /// True if the issuer's key made the signature of the certificate; it does not check dates or trust.
  func isSigned(_ certificate: Certificate, by issuer: Certificate) -> Bool
  /// The leaf, then each issuer that is found among the others, in order; it trusts none of them.
  func chain(from leaf: Certificate, among others: [Certificate]) -> [Certificate]
  /// Reads one DER certificate; throws `malformed-certificate`, or `trailing-data` if something follows it.
  func certificate(der: Span<UInt8>) throws(KeyError) -> Certificate
  /// What is wrong with a signature that a verifier has refused.
  ///
  /// `certificates` are those of other keys that may have made it, to be named. The answer never makes a signature
  /// good: only a verifier does.
  func fault(
    in signature: Span<UInt8>, by algorithm: SignatureAlgorithm, for message: Span<UInt8>, under publicKey: PublicKey,
    among certificates: [Certificate]
  ) -> SignatureFault
}
