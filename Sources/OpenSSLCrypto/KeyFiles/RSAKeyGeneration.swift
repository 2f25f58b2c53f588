internal import COpenSSL
import Messages
internal import Signing

/// Makes RSA keys by FIPS 186-5, appendix A.1, in our own library context.
enum RSAKeyGeneration {
  /// Throws `key-generation-failed`.
  static func key(bitCount: Int) throws(KeyMakingError) -> PrivateKey {
    OpenSSLErrors.clear()
    let context = unsafe EVP_PKEY_CTX_new_from_name(LibraryContext.standard.pointer, "RSA", nil)
    defer { unsafe EVP_PKEY_CTX_free(context) }
    let exponent = unsafe BN_bin2bn(KeyDescription.publicExponent, Int32(KeyDescription.publicExponent.count), nil)
    defer { unsafe BN_free(exponent) }
    var key: OpaquePointer?
    guard unsafe EVP_PKEY_keygen_init(context) == 1,
      unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(clamping: bitCount)) == 1,
      unsafe EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, exponent) == 1,
      unsafe EVP_PKEY_generate(context, &key) == 1, let key = unsafe key
    else {
      throw KeyMakingError(.generationFailed, "OpenSSL made no RSA key: \(OpenSSLErrors.drain().summary)")
    }
    let made = try KeyMakingError.passing { () throws(KeyError) in try unsafe PrivateKey(takingOwnershipOf: key) }
    guard case .rsa(let numbers) = made.publicKey.kind, numbers.bitCount == bitCount,
      numbers.exponent == KeyDescription.publicExponent
    else { throw KeyMakingError(.generationFailed, "OpenSSL made another key than it was asked for") }
    return made
  }
}
