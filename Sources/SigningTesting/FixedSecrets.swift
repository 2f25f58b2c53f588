public import Signing
public import System
private import Synchronization

/// Gives one secret, or none, to every request, and counts the requests.
public final class FixedSecrets: SecretProvider {
  private let secret: [UInt8]?
  private let requested = Mutex<[SecretRequest]>([])

  /// Nil for nothing to give, which is not the same as an empty secret.
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
