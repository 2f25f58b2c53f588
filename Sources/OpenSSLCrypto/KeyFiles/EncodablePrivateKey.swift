internal import COpenSSL
internal import Signing
import System

/// Owns a private key as PKCS#8 (RFC 5208, section 5), which OpenSSL wipes when it is freed.
@safe
struct EncodablePrivateKey: ~Copyable {
  /// A `PKCS8_PRIV_KEY_INFO`.
  let pointer: OpaquePointer

  /// Throws `cryptography-failed`.
  init(_ key: PrivateKey) throws(KeyError) {
    OpenSSLErrors.clear()
    guard let pointer = unsafe EVP_PKEY2PKCS8(key.pointer) else { throw .openSSL("encoding a private key") }
    unsafe self.pointer = pointer
  }

  deinit { unsafe PKCS8_PRIV_KEY_INFO_free(pointer) }

  /// The DER, in memory that is wiped.
  func der() throws(KeyError) -> SecretBytes {
    let length = unsafe Int(i2d_PKCS8_PRIV_KEY_INFO(pointer, nil))
    let der = unsafe SecretBytes(capacity: max(length, 0)) { memory in
      var position = unsafe memory.bindMemory(to: UInt8.self).baseAddress
      return unsafe Int(i2d_PKCS8_PRIV_KEY_INFO(pointer, &position))
    }
    guard length > 0, der.count == length else { throw .openSSL("encoding a private key") }
    return der
  }
}
