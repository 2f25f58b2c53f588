import Encodings
public import Messages
public import Signing

/// Cryptography that proves nothing: it accepts the signatures of a `FakeSigner` and knows the certificates that it was
/// given.
public struct FakeCryptography: Cryptography {
  private let certificates: [Certificate]
  private let fault: Fault
  private let reading: @Sendable () -> Void

  /// The fault of a signature, by its bytes, its algorithm and the message.
  public typealias Fault = @Sendable (_ signature: [UInt8], SignatureAlgorithm, _ message: [UInt8]) -> SignatureFault

  /// `fault` is asked about every refused signature, and `reading` hears of every certificate that is read.
  public init(
    certificates: [Certificate] = [],
    fault: @escaping Fault = { _, _, _ in SignatureFault(.otherKey, "another key made the signature") },
    reading: @escaping @Sendable () -> Void = {}
  ) {
    self.certificates = certificates
    self.fault = fault
    self.reading = reading
  }

  /// Throws `cryptography-failed`: there are no digests here.
  public func digest(_ bytes: Span<UInt8>, with algorithm: DigestAlgorithm) throws(KeyError) -> [UInt8] { throw .none }

  public func publicKey(rsa numbers: RSAPublicNumbers) throws(KeyError) -> PublicKey { throw .none }

  public func publicKey(subjectPublicKeyInfo der: Span<UInt8>) throws(KeyError) -> PublicKey { throw .none }

  public func verifier(for publicKey: PublicKey) throws(KeyError) -> any SignatureVerifier { FakeVerifier(publicKey) }

  public func certificates(inFile path: String) throws(KeyError) -> [Certificate] { throw .none }

  public func publicKeys(inFile path: String) throws(KeyError) -> [PublicKey] { throw .none }

  public func isSigned(_ certificate: Certificate, by issuer: Certificate) -> Bool { false }

  public func chain(from leaf: Certificate, among others: [Certificate]) -> [Certificate] { [leaf] }

  /// The given certificate with this DER; throws `malformed-certificate` if there is none.
  public func certificate(der: Span<UInt8>) throws(KeyError) -> Certificate {
    reading()
    let bytes = [UInt8](copying: der)
    guard let match = certificates.first(where: { $0.der == bytes }) else {
      throw KeyError(.malformedCertificate, "a certificate cannot be read")
    }
    return match
  }

  public func fault(
    in signature: Span<UInt8>, by algorithm: SignatureAlgorithm, for message: Span<UInt8>, under publicKey: PublicKey,
    among certificates: [Certificate]
  ) -> SignatureFault {
    fault([UInt8](copying: signature), algorithm, [UInt8](copying: message))
  }
}

extension KeyError {
  fileprivate static var none: KeyError { KeyError(.cryptographyFailed, "there is no cryptography here") }
}
