internal import Synchronization
internal import COpenSSL
internal import Signing

/// Lends prepared operations with one key, as many as there are threads that ask at the same time.
@safe
final class RSAOperationPool: Sendable {
  private let idle = Mutex<[RSAOperation]>([])
  // Counted by OpenSSL and only read.
  private nonisolated(unsafe) let key: OpaquePointer
  private let purpose: RSAOperation.Purpose

  /// Shares an `EVP_PKEY` of the type RSA with its owner.
  init(sharing key: OpaquePointer, for purpose: RSAOperation.Purpose) {
    _ = unsafe EVP_PKEY_up_ref(key)
    unsafe self.key = key
    self.purpose = purpose
  }

  deinit { unsafe EVP_PKEY_free(key) }

  /// Lends an operation for the call, made now or used before; nil when OpenSSL refuses the key or the algorithm.
  func withOperation<Result>(for algorithm: SignatureAlgorithm, _ body: (RSAOperation) -> Result?) -> Result? {
    guard let operation = reusableOperation(for: algorithm) ?? newOperation(for: algorithm) else { return nil }
    let result = body(operation)
    idle.withLock { idle in idle.append(operation) }
    return result
  }

  private func reusableOperation(for algorithm: SignatureAlgorithm) -> RSAOperation? {
    idle.withLock { idle in
      idle.lastIndex { $0.algorithm == algorithm }.map { idle.remove(at: $0) }
    }
  }

  private func newOperation(for algorithm: SignatureAlgorithm) -> RSAOperation? {
    unsafe RSAOperation(key, for: purpose, with: algorithm)
  }
}
