internal import COpenSSL
import Messages
internal import Signing
import System

/// The encryption of a traditional key block, by its `DEK-Info`: with a key from one round of MD5 (RFC 1421 and
/// OpenSSL).
@safe
struct PEMEncryption {
  /// OpenSSL's name of the cipher, such as `AES-256-CBC`.
  let cipherName: String
  private let vector: [UInt8]
  private let library: LibraryContext
  private let subject: String

  /// The salt is the start of the initialization vector.
  private static let saltByteCount = 8

  /// Reads the header without deriving a key; throws `malformed-pem` or `unsupported-protection`.
  init(header: String, of subject: String) throws(KeyError) {
    OpenSSLErrors.clear()
    var information = unsafe EVP_CIPHER_INFO()
    var characters = Array(header.utf8CString)
    guard unsafe PEM_get_EVP_CIPHER_INFO(&characters, &information) == 1 else {
      let errors = OpenSSLErrors.drain()
      if errors.contains(ERR_LIB_PEM, PEM_R_UNSUPPORTED_ENCRYPTION) {
        throw .unsupportedProtection(by: "an unknown cipher", of: subject)
      }
      throw .malformedPEM(subject, errors.summary)
    }
    guard let cipher = unsafe information.cipher, let name = unsafe EVP_CIPHER_get0_name(cipher) else {
      throw .malformedPEM(subject, "its header does not name an encryption")
    }
    cipherName = unsafe String(validatingCString: name) ?? "an unnamed cipher"
    library = try unsafe FileCipher(nid: EVP_CIPHER_get_nid(cipher), named: cipherName, of: subject).library
    let vectorByteCount = unsafe Int(EVP_CIPHER_get_iv_length(cipher))
    vector = unsafe withUnsafeBytes(of: information.iv) { unsafe Array($0.prefix(vectorByteCount)) }
    guard vector.count >= Self.saltByteCount else { throw .unsupportedProtection(by: cipherName, of: subject) }
    self.subject = subject
  }

  /// Decrypts a key; throws `wrong-password` if the result is not a SEQUENCE, and `damaged-file`.
  func plaintext(of ciphertext: Span<UInt8>, _ password: inout FilePassword) throws(KeyError) -> SecretBytes {
    // The derivation takes bytes, so only the given form of the password is tried.
    guard let form = try password.forms().first(where: { !$0.isAbsent }),
      let plaintext = try plaintext(of: ciphertext, with: form),
      // Wrong padding looks right once in 256 times.
      plaintext.withBytes({ bytes in DER.contents(of: V_ASN1_SEQUENCE, in: bytes, at: 0) != nil })
    else { throw password.wrong }
    return plaintext
  }

  /// Nil if the padding shows that the password is wrong.
  private func plaintext(of ciphertext: Span<UInt8>, with password: PasswordForm) throws(KeyError) -> SecretBytes? {
    OpenSSLErrors.clear()
    defer { OpenSSLErrors.clear() }
    let cipher = unsafe EVP_CIPHER_fetch(library.pointer, cipherName, nil)
    let digest = unsafe EVP_MD_fetch(LibraryContext.standard.pointer, "MD5", nil)
    let context = unsafe EVP_CIPHER_CTX_new()
    defer {
      unsafe EVP_CIPHER_CTX_free(context)
      unsafe EVP_MD_free(digest)
      unsafe EVP_CIPHER_free(cipher)
    }
    guard let cipher = unsafe cipher, let digest = unsafe digest, let context = unsafe context else {
      throw .unsupportedProtection(by: cipherName, of: subject)
    }
    let blockByteCount = unsafe Int(max(1, EVP_CIPHER_get_block_size(cipher)))
    if ciphertext.isEmpty || ciphertext.count % blockByteCount != 0 {
      throw .cutBlock(in: subject)
    }
    let key = unsafe password.withCharacters { characters, count in
      unsafe SecretBytes(capacity: Int(EVP_CIPHER_get_key_length(cipher))) { memory in
        let password = unsafe UnsafeRawPointer(characters)?.assumingMemoryBound(to: UInt8.self)
        return unsafe Int(
          EVP_BytesToKey(
            cipher, digest, vector, password, count, 1, memory.bindMemory(to: UInt8.self).baseAddress, nil))
      }
    }
    if key.isEmpty { throw .unsupportedProtection(by: cipherName, of: subject) }
    let plaintext = key.withBytes { key in
      unsafe SecretBytes(capacity: ciphertext.count + blockByteCount) { memory in
        unsafe key.withUnsafeBufferPointer { key in
          unsafe ciphertext.withUnsafeBufferPointer { ciphertext in
            var written: Int32 = 0
            var rest: Int32 = 0
            guard let start = unsafe memory.bindMemory(to: UInt8.self).baseAddress,
              unsafe EVP_DecryptInit_ex2(context, cipher, key.baseAddress, vector, nil) == 1,
              unsafe EVP_DecryptUpdate(
                context, start, &written, ciphertext.baseAddress, Int32(clamping: ciphertext.count)) == 1,
              unsafe EVP_DecryptFinal_ex(context, start + Int(written), &rest) == 1
            else { return 0 }
            return Int(written) + Int(rest)
          }
        }
      }
    }
    if plaintext.isEmpty { return nil }
    return plaintext
  }
}
