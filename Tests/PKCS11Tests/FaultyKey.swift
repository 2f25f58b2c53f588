import PKCS11
import Signing
import SigningTesting
import TestSupport

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
