internal import COpenSSL
import Messages
internal import Signing
import System

/// The parameters of PBKDF2 (RFC 8018, appendix A.2), with the salt given as bytes.
struct PBKDF2Parameters {
  let salt: [UInt8]
  let iterationCount: Int64
  /// The length of the key in bytes, or nil where the file leaves it out.
  let keyByteCount: Int64?
  let pseudorandomFunction: FileDigest

  /// Throws `malformed-pfx` for parameters that cannot be read and `unsupported-protection` for an unknown PRF.
  init(_ identifier: UnsafePointer<X509_ALGOR>, of subject: String) throws(KeyError) {
    guard let item = unsafe ASN1Reading.parameters(of: identifier, as: PBKDF2PARAM_it()) else {
      throw KeyError(.malformedPFX, "\(naming: subject) has PBKDF2 parameters that cannot be read")
    }
    let parameters = unsafe item.structure(PBKDF2PARAM.self)
    guard let salt = unsafe parameters.pointee.salt, unsafe salt.pointee.type == V_ASN1_OCTET_STRING,
      let octets = unsafe salt.pointee.value.octet_string
    else { throw KeyError(.malformedPFX, "\(naming: subject) has a PBKDF2 salt that is not a string of bytes") }
    self.salt = unsafe ASN1Text.bytes(of: octets)
    iterationCount = try unsafe IterationBudget.count(parameters.pointee.iter, of: subject)
    if let keyLength = unsafe parameters.pointee.keylength {
      guard let count = unsafe ASN1Reading.integer(keyLength), count > 0 else {
        throw KeyError(.malformedPFX, "\(naming: subject) has a PBKDF2 key length that no key can have")
      }
      keyByteCount = count
    } else {
      keyByteCount = nil
    }
    if let prf = unsafe parameters.pointee.prf {
      pseudorandomFunction = try unsafe FileDigest(hmac: prf, of: subject)
    } else {
      // The default, which DER leaves out.
      pseudorandomFunction = try unsafe FileDigest(OBJ_nid2obj(NID_sha1), of: subject)
    }
  }

  /// Derives a key of `byteCount` bytes, or gives nil when OpenSSL cannot.
  func key(from password: PasswordForm, byteCount: Int) -> SecretBytes? {
    guard let kdf = unsafe EVP_KDF_fetch(LibraryContext.standard.pointer, "PBKDF2", nil) else { return nil }
    defer { unsafe EVP_KDF_free(kdf) }
    guard let context = unsafe EVP_KDF_CTX_new(kdf) else { return nil }
    defer { unsafe EVP_KDF_CTX_free(context) }

    var digest = Array(pseudorandomFunction.name.utf8CString)
    var salt = salt
    var iterations = UInt64(iterationCount)
    let key = unsafe password.withCharacters { characters, count in
      unsafe SecretBytes(capacity: byteCount) { memory in
        unsafe salt.withUnsafeMutableBytes { salt in
          unsafe digest.withUnsafeMutableBufferPointer { digest in
            unsafe withUnsafeMutablePointer(to: &iterations) { iterations in
              let parameters = unsafe [
                OSSL_PARAM_construct_octet_string(
                  Self.name("pass"), UnsafeMutableRawPointer(mutating: characters), Int(count)),
                OSSL_PARAM_construct_octet_string(Self.name("salt"), salt.baseAddress, salt.count),
                OSSL_PARAM_construct_uint64(Self.name("iter"), iterations),
                OSSL_PARAM_construct_utf8_string(Self.name("digest"), digest.baseAddress, 0),
                OSSL_PARAM_construct_end(),
              ]
              return unsafe EVP_KDF_derive(context, memory.baseAddress, memory.count, parameters) == 1
                ? memory.count : 0
            }
          }
        }
      }
    }
    if key.isEmpty { return nil }
    return key
  }

  /// The name of a parameter, which OpenSSL keeps a pointer to: only a literal stays where it is.
  private static func name(_ literal: StaticString) -> UnsafePointer<CChar> {
    unsafe UnsafeRawPointer(literal.utf8Start).assumingMemoryBound(to: CChar.self)
  }
}
