import OpenSSLCrypto
import PKCS11
import Signing
import SigningTesting
import TestSupport
import Testing

/// Every test that has tokens in this process; each has tokens of its own.
@Suite(.tags(.hsm)) enum TokenTests {}

/// SoftHSM tokens for one test, through a module that no other test has loaded: a login must not affect other tests,
/// and it writes to the token.
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

/// One key on SoftHSM tokens of its own, behind a module that fails as it is told.
final class FaultyKey: Sendable {
  let keys: TokenKeys
  let secrets: FixedSecrets
  private let selection: String
  private let algorithm: SignatureAlgorithm

  init(
    _ object: String = "rsa-2048", on token: String = "keyroll", plan: [String] = [],
    algorithm: SignatureAlgorithm = .rs256,
    pin: String? = ThrowawayToken.pin, allowsFinalPINTry: Bool = false
  ) throws {
    keys = try TokenKeys(plan: plan, allowsFinalPINTry: allowsFinalPINTry)
    secrets = FixedSecrets(pin)
    selection = "token=\(token);object=\(object)"
    self.algorithm = algorithm
  }

  /// The same key of the same module again, with another plan, no calls yet and nobody logged in.
  init(_ other: FaultyKey, plan: [String]) throws {
    keys = try TokenKeys(other.keys, plan: plan)
    secrets = FixedSecrets(ThrowawayToken.pin)
    selection = other.selection
    algorithm = other.algorithm
  }

  var fault: FaultModule { keys.fault }
  private var uri: String { keys.uri(selection) }

  func open() throws(KeyError) -> any Signer { try keys.open(uri, algorithm, secrets: secrets) }

  /// The error of opening it, or nil.
  func refusal() -> KeyError? { keys.refusal(uri, algorithm, secrets: secrets) }

  /// How often a PIN was tried for the user, right or wrong.
  func userPINTryCount() throws -> Int { try fault.calls(of: "C_Login").count { $0.note.hasPrefix("user") } }
}
