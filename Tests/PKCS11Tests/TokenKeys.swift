import OpenSSLCrypto
import PKCS11
import Signing
import SigningTesting
import TestSupport
import Testing

/// SoftHSM tokens of one test, through a module that no other test has loaded: who is logged in is one test's affair, and a
/// login writes to the token.
final class TokenKeys: Sendable {
  let fault: FaultModule
  let backend: PKCS11Backend
  let cryptography = OpenSSLCryptography()

  static let isAvailable = ThrowawayToken.isAvailable(.softHSM)
  static let absence = Comment(rawValue: ThrowawayToken.absence(of: .softHSM))

  init(plan: [String] = [], observer: (any CallObserver)? = nil, allowsFinalPINTry: Bool = false) throws {
    fault = try FaultModule(overTokens: try SharedToken.softHSM().copy(), plan: plan)
    backend = PKCS11Backend(
      cryptography: OpenSSLCryptography(), allowsFinalPINTry: allowsFinalPINTry, observer: observer)
  }

  /// The same tokens and module again, with another plan, no calls yet and nobody logged in.
  init(_ other: TokenKeys, plan: [String]) throws {
    fault = other.fault
    try fault.plan(plan)
    try fault.forgetCalls()
    backend = PKCS11Backend(cryptography: OpenSSLCryptography())
  }

  /// The module reads its plan up to its last call.
  deinit { backend.close() }

  func uri(_ selection: String, query: String = "") -> String {
    "pkcs11:\(selection)?module-path=\(fault.path)\(query)"
  }

  func open(
    _ uri: String, _ algorithm: SignatureAlgorithm = .rs256, by backend: PKCS11Backend? = nil,
    secrets: any SecretProvider = FixedSecrets(ThrowawayToken.pin)
  ) throws(KeyError) -> any Signer {
    let registry = KeyRegistry(backend ?? self.backend)
    return try registry.signer(
      for: KeyRequest(try registry.reference(uri), algorithm: algorithm, at: 0, secrets: secrets))
  }

  /// OpenSSL's verifier, which shares nothing with the token.
  @Sendable static func verifier(_ key: PublicKey) throws(KeyError) -> any SignatureVerifier {
    try RSASignatureVerifier(key)
  }

  /// Signs, and has OpenSSL judge the signature.
  static func isGood(_ signer: any Signer, _ message: String = "message") throws -> Bool {
    let message = Array(message.utf8)
    let signature = try signer.sign(message.span)
    return try RSASignatureVerifier(signer.publicKey).isValid(
      signature.bytes.span, by: signer.algorithm, for: message.span)
  }

  /// The error of signing, or nil.
  static func failure(_ signer: any Signer) -> SigningError? {
    let message = Array("message".utf8)
    do throws(SigningError) {
      _ = try signer.sign(message.span)
      return nil
    } catch { return error }
  }

  /// The error of opening it, or nil.
  func refusal(
    _ uri: String, _ algorithm: SignatureAlgorithm = .rs256, by backend: PKCS11Backend? = nil,
    secrets: any SecretProvider = FixedSecrets(ThrowawayToken.pin)
  ) -> KeyError? {
    do throws(KeyError) {
      _ = try open(uri, algorithm, by: backend, secrets: secrets)
      return nil
    } catch { return error }
  }
}
