import Keyroll
import Synchronization

/// Passes requests on, and remembers the secret that was answered with last.
final class RememberedSecret: SecretProvider {
  private let provider: any SecretProvider
  private let last = Mutex<SharedSecret?>(nil)

  init(_ provider: any SecretProvider) { self.provider = provider }

  func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? {
    guard let secret = try provider.secret(for: request) else { return nil }
    let shared = SharedSecret(secret)
    last.withLock { $0 = shared }
    return shared.copy
  }

  func isGiven(for purpose: SecretRequest.Purpose) -> Bool { provider.isGiven(for: purpose) }

  /// True when there was a request, and a secret for it.
  var hasAnswered: Bool { last.withLock { $0 != nil } }

  /// Nil where nothing was asked for.
  var secret: SecretBytes? { last.withLock { $0 }?.copy }
}
