public import Messages

/// One private key, opened for one algorithm.
///
/// The algorithm is bound when the key is opened, so a header and its signature cannot disagree. Parallel work is
/// several signers.
public protocol Signer: Sendable {
  /// Becomes `alg` (RFC 7515, section 4.1.1).
  var algorithm: SignatureAlgorithm { get }
  /// The public part of the key.
  var publicKey: PublicKey { get }
  /// Leaf first, each followed by its issuer; empty for a bare key.
  var certificates: [Certificate] { get }
  /// What a person should know although the key was opened, for example that nothing protects its file against change.
  var notes: [String] { get }
  /// Hashes, pads and signs the whole message, never a bare digest; blocks.
  func sign(_ message: Span<UInt8>) throws(SigningError) -> Signature
  /// A signer with the same open key for another algorithm, or with other certificates over it, leaf first.
  ///
  /// Nothing is read again and nobody is asked for a secret. Nil for a signer that cannot be bound again: its key has to be
  /// opened again. Throws what the key or its device can be refused for.
  func rebound(to algorithm: SignatureAlgorithm, certificates: [Certificate]) throws(KeyError) -> (any Signer)?
}

extension Signer {
  /// No notes.
  public var notes: [String] { [] }
  /// Nil.
  public func rebound(
    to algorithm: SignatureAlgorithm, certificates: [Certificate]
  ) throws(KeyError) -> (any Signer)? { nil }
}

/// The raw octets of a signature, with the algorithm that made it.
public struct Signature: Sendable, Hashable {
  /// The algorithm that made the signature.
  public let algorithm: SignatureAlgorithm
  /// As long as `PublicKey.signatureByteCount(for:)` says; of RSA big-endian (RFC 8017, sections 8.1.1 and 8.2.1).
  public let bytes: [UInt8]

  public init(algorithm: SignatureAlgorithm, bytes: [UInt8]) {
    self.algorithm = algorithm
    self.bytes = bytes
  }
}

/// A signature that could not be made with an opened key.
public typealias SigningError = Failure<SigningErrorCode>

/// The reasons of a `SigningError`, by their stable ids.
@nonexhaustive
public enum SigningErrorCode: String, FailureCode {
  case signingFailed = "signing-failed"
  /// The device that holds the key did not do what it was asked to.
  case deviceFailed = "device-failed"
  /// A key that wants its PIN for each use, or a token that asked for a login only now, has not taken the PIN.
  case wrongPIN = "wrong-pin"
  case pinLocked = "pin-locked"
  /// The same, where no PIN could be given to it.
  case pinRequired = "pin-required"
  case finalPINTry = "final-pin-try"
  case secretUnavailable = "secret-unavailable"
  case loginUnproven = "login-unproven"
  /// The program that signs could not be started, or did not end as it should.
  case programFailed = "program-failed"
  /// The program that signs answered with an error of its own.
  case programRefused = "program-refused"
  /// The program that signs did not end in time, and was ended.
  case programTimeout = "program-timeout"
  /// What the program that signs answered is not an answer.
  case malformedAnswer = "malformed-answer"
  /// The signature that came back is not one of the key that was opened.
  case badSignature = "bad-signature"
}
