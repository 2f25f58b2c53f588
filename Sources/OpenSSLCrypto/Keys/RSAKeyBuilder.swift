internal import COpenSSL
import Messages
internal import Signing

/// Makes `EVP_PKEY`s of the type RSA out of numbers.
enum RSAKeyBuilder {
  /// The public key for verifying, which the caller owns; throws `malformed-key` when OpenSSL refuses the numbers.
  static func key(_ numbers: RSAPublicNumbers) throws(KeyError) -> OpaquePointer {
    let modulus = unsafe BN_bin2bn(numbers.modulus, Int32(clamping: numbers.modulus.count), nil)
    let exponent = unsafe BN_bin2bn(numbers.exponent, Int32(clamping: numbers.exponent.count), nil)
    defer {
      unsafe BN_free(modulus)
      unsafe BN_free(exponent)
    }
    guard let modulus = unsafe modulus, let exponent = unsafe exponent else { throw .openSSL("reading an RSA key") }
    return try unsafe key([("n", modulus), ("e", exponent)], selection: COpenSSL_publicKey)
  }

  /// Copies the named `BIGNUM`s, which stay the caller's, into a key, which the caller owns.
  static func key(_ numbers: [(name: StaticString, value: OpaquePointer)], selection: Int32) throws(KeyError)
    -> OpaquePointer
  {
    OpenSSLErrors.clear()
    let builder = unsafe OSSL_PARAM_BLD_new()
    defer { unsafe OSSL_PARAM_BLD_free(builder) }
    for unsafe(name, value) in unsafe numbers {
      // The builder keeps the pointer, so the name must be a constant.
      let name = unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
      guard unsafe OSSL_PARAM_BLD_push_BN(builder, name, value) == 1 else { throw .openSSL("reading an RSA key") }
    }
    let parameters = unsafe OSSL_PARAM_BLD_to_param(builder)
    defer { unsafe OSSL_PARAM_free(parameters) }
    let context = unsafe EVP_PKEY_CTX_new_from_name(LibraryContext.standard.pointer, "RSA", nil)
    defer { unsafe EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard unsafe EVP_PKEY_fromdata_init(context) == 1,
      unsafe EVP_PKEY_fromdata(context, &key, selection, parameters) == 1,
      let key = unsafe key
    else {
      throw KeyError(.malformedKey, "OpenSSL does not take the numbers of an RSA key: \(OpenSSLErrors.drain().summary)")
    }
    return unsafe key
  }
}
