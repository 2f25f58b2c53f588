internal import COpenSSL
internal import Signing

/// The bare public operation of RSA, RSAVP1 (RFC 8017, section 5.2.2): for looking into a signature, never for accepting one.
enum RSAPublicOperation {
  /// What was signed, encoded and as long as the modulus; nil where the number is not below the modulus.
  static func encodedMessage(of signature: [UInt8], under numbers: RSAPublicNumbers) -> [UInt8]? {
    defer { OpenSSLErrors.clear() }
    guard let key = unsafe try? RSAKeyBuilder.key(numbers) else { return nil }
    defer { unsafe EVP_PKEY_free(key) }
    let context = unsafe EVP_PKEY_CTX_new_from_pkey(LibraryContext.standard.pointer, key, nil)
    defer { unsafe EVP_PKEY_CTX_free(context) }
    guard unsafe EVP_PKEY_verify_recover_init(context) == 1,
      unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1
    else { return nil }
    var encoded = [UInt8](repeating: 0, count: numbers.modulus.count)
    var count = encoded.count
    guard unsafe EVP_PKEY_verify_recover(context, &encoded, &count, signature, signature.count) == 1,
      count == encoded.count
    else { return nil }
    return encoded
  }
}
