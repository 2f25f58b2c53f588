import Signing
import Synchronization

/// Gives one password, or none, and counts how often it is asked.
final class PKCS12Secrets: SecretProvider {
  private let password: String?
  private let asked = Mutex(0)

  init(_ password: String?) { self.password = password }

  var timesAsked: Int { asked.withLock { $0 } }

  func secret(for request: SecretRequest) throws(KeyError) -> SecretBytes? {
    asked.withLock { $0 += 1 }
    return password.map { SecretBytes(copying: Array($0.utf8).span) }
  }
}
