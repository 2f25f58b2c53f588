import Encodings
public import Signing
private import Synchronization
public import System

/// A signer without cryptography, which counts how often its key is used.
///
/// Only `FakeVerifier` accepts its signatures.
public final class FakeSigner: Signer {
  /// The algorithm that it pretends to sign with.
  public let algorithm: SignatureAlgorithm
  /// The key that it pretends to have.
  public let publicKey: PublicKey
  /// The certificates that it was given.
  public let certificates: [Certificate]
  private let failure: SigningError?
  private let uses = Mutex(0)

  /// With `failure`, every signature fails with that error.
  public init(
    _ algorithm: SignatureAlgorithm = .rs256, publicKey: PublicKey = .fake(), certificates: [Certificate] = [],
    failure: SigningError? = nil
  ) {
    self.algorithm = algorithm
    self.publicKey = publicKey
    self.certificates = certificates
    self.failure = failure
  }

  /// How often the key was used, including failures.
  public var useCount: Int { uses.withLock { $0 } }

  public func sign(_ message: Span<UInt8>) throws(SigningError) -> Signature {
    uses.withLock { $0 += 1 }
    if let failure { throw failure }
    return Signature(algorithm: algorithm, bytes: FakeSignature.bytes(for: message, algorithm, publicKey))
  }
}

/// Accepts the signatures of a `FakeSigner` with the same public key; useful only in tests.
public struct FakeVerifier: SignatureVerifier {
  /// The key whose fake signatures it accepts.
  public let publicKey: PublicKey

  public init(_ publicKey: PublicKey = .fake()) { self.publicKey = publicKey }

  public func isValid(_ signature: Span<UInt8>, by algorithm: SignatureAlgorithm, for message: Span<UInt8>) -> Bool {
    publicKey.allows(algorithm)
      && [UInt8](copying: signature) == FakeSignature.bytes(for: message, algorithm, publicKey)
  }
}

/// Bytes that depend on message, algorithm and key, and that anybody can compute.
enum FakeSignature {
  static func bytes(for message: Span<UInt8>, _ algorithm: SignatureAlgorithm, _ key: PublicKey) -> [UInt8] {
    // FNV-1a, in 64 bits.
    var state: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
    for index in message.indices { mix(message[index]) }
    for byte in Array(algorithm.rawValue.utf8) + key.sha256Fingerprint { mix(byte) }
    return (0..<(key.signatureByteCount(for: algorithm) ?? 64)).map { _ in
      mix(0)
      return UInt8(truncatingIfNeeded: state >> 32)
    }
  }
}

extension PublicKey {
  /// An RSA public key without a private half; another `number` gives another key.
  public static func fake(_ number: UInt8 = 1, bitCount: Int = 2048) -> PublicKey {
    let modulus = [0x80 | number] + [UInt8](repeating: number, count: max(0, bitCount / 8 - 2)) + [1]
    return PublicKey(
      subjectPublicKeyInfo: modulus, kind: .rsa(RSAPublicNumbers(modulus: modulus, exponent: [1, 0, 1])),
      sha256Fingerprint: [UInt8](repeating: number, count: 32))
  }
}

extension Certificate {
  /// A certificate without a signature, valid from 1970 to 9999; its DER and thumbprints are stand-ins.
  public static func fake(of key: PublicKey = .fake(), subject: String = "CN=subject", issuer: String = "CN=issuer")
    -> Certificate
  {
    Certificate(
      der: Array("\(subject) by \(issuer)".utf8) + key.sha256Fingerprint, publicKey: key, subject: subject,
      issuer: issuer,
      subjectDER: Array(subject.utf8), issuerDER: Array(issuer.utf8), serialNumber: [1], notBefore: 0,
      notAfter: 253_402_300_799,
      allowsDigitalSignature: true, signatureAlgorithmName: "sha256WithRSAEncryption", hasWeakSignature: false,
      sha1Thumbprint: Array(key.sha256Fingerprint.prefix(20)), sha256Thumbprint: key.sha256Fingerprint)
  }
}

/// Gives one secret, or none, to every request, and counts the requests.
public final class FixedSecrets: SecretProvider {
  private let secret: [UInt8]?
  private let requested = Mutex<[SecretRequest]>([])

  /// Nil for no secret, which is not the same as an empty one.
  ///
  /// For tests only: the secret stays in memory.
  public init(_ secret: String?) { self.secret = secret.map { Array($0.utf8) } }

  /// What was asked for, in order.
  public var requests: [SecretRequest] { requested.withLock { $0 } }

  public func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? {
    requested.withLock { $0.append(request) }
    return secret.map { SecretBytes(copying: $0.span) }
  }
}
