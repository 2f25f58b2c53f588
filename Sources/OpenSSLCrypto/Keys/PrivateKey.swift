internal import COpenSSL
internal import Signing

/// Owns a private key of OpenSSL's; it wipes the numbers when the last holder goes.
@safe
final class PrivateKey: Sendable {
  // Only read after it was made; OpenSSL locks what it caches inside.
  nonisolated(unsafe) let pointer: OpaquePointer
  let publicKey: PublicKey

  /// Takes over the `EVP_PKEY`, also when it throws.
  init(takingOwnershipOf pointer: OpaquePointer) throws(KeyError) {
    unsafe self.pointer = pointer
    do {
      publicKey = try unsafe PublicKeyReader.publicKey(of: pointer)
    } catch {
      unsafe EVP_PKEY_free(pointer)
      throw error
    }
  }

  deinit { unsafe EVP_PKEY_free(pointer) }
}
