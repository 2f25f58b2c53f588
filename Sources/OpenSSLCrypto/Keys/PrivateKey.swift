internal import COpenSSL
internal import Signing

/// Owns a private key of OpenSSL's; its numbers are wiped when the last holder goes.
@safe
final class PrivateKey: Sendable {
  // Only read after it was made; OpenSSL locks what it caches inside.
  nonisolated(unsafe) let pointer: OpaquePointer
  let publicKey: PublicKey
  /// False when it is an RSA key whose numbers do not belong together.
  let isSound: Bool

  /// Takes over an `EVP_PKEY` whose public half is known.
  init(takingOwnershipOf pointer: OpaquePointer, publicKey: PublicKey, isSound: Bool) {
    unsafe self.pointer = pointer
    self.publicKey = publicKey
    self.isSound = isSound
  }

  /// Takes over an `EVP_PKEY` of a type other than RSA, also when it throws.
  convenience init(takingOwnershipOf pointer: OpaquePointer) throws(KeyError) {
    let publicKey: PublicKey
    do {
      publicKey = try unsafe PublicKeyReader.publicKey(of: pointer)
    } catch {
      unsafe EVP_PKEY_free(pointer)
      throw error
    }
    unsafe self.init(takingOwnershipOf: pointer, publicKey: publicKey, isSound: true)
  }

  deinit { unsafe EVP_PKEY_free(pointer) }
}
