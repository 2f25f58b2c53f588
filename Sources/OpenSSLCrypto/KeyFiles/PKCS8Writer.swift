internal import COpenSSL
import Encodings
import Messages
internal import Signing
import System

/// Writes key files in PEM: PKCS#8, encrypted under a password (RFC 5208, section 6), and then the certificate.
enum PKCS8Writer {
  /// The whole file; without a password the key is in it in the clear. The bytes are made in memory that is wiped.
  static func file(
    _ key: PrivateKey, _ certificate: Certificate?, password: borrowing SecretBytes?
  ) throws(KeyError) -> SecretBytes {
    let information = try EncodablePrivateKey(key)
    var file = SecretBytes(capacity: 8192)
    if password == nil {
      let der = try information.der()
      try der.withBytes { (der) throws(KeyError) in try PEMWriter.append("PRIVATE KEY", der, to: &file) }
    } else {
      let der = try encrypted(information, password: password)
      try PEMWriter.append("ENCRYPTED PRIVATE KEY", der.span, to: &file)
    }
    if let certificate {
      let der = certificate.der
      try PEMWriter.append("CERTIFICATE", der.span, to: &file)
    }
    return file
  }

  /// The DER of EncryptedPrivateKeyInfo by PBES2 (RFC 8018, section 6.2).
  private static func encrypted(
    _ information: borrowing EncodablePrivateKey, password: borrowing SecretBytes?
  ) throws(KeyError) -> [UInt8] {
    var salt = try RandomBytes.make(KeyFileProtection.saltByteCount)
    var vector = try RandomBytes.make(16)
    let library = unsafe LibraryContext.standard.pointer
    OpenSSLErrors.clear()
    let cipher = unsafe EVP_CIPHER_fetch(library, "AES-256-CBC", nil)
    defer { unsafe EVP_CIPHER_free(cipher) }
    let scheme = unsafe PKCS5_pbe2_set_iv_ex(
      cipher, KeyFileProtection.iterationCount, &salt, Int32(salt.count), &vector, NID_hmacWithSHA256, library)
    guard let scheme = unsafe scheme else { throw .openSSL("encrypting a private key") }
    var encrypted: OpaquePointer?
    switch password {
    case .some(let password):
      // On success the result owns the scheme.
      unsafe encrypted = password.withCharacters { characters, count in
        unsafe PKCS8_set0_pbe_ex(characters, count, information.pointer, scheme, library, nil)
      }
    case .none: break
    }
    guard let encrypted = unsafe encrypted else {
      unsafe X509_ALGOR_free(scheme)
      throw .openSSL("encrypting a private key")
    }
    defer { unsafe X509_SIG_free(encrypted) }
    guard let der = unsafe DER.encoding({ output in unsafe i2d_X509_SIG(encrypted, output) }) else {
      throw .openSSL("encrypting a private key")
    }
    return der
  }
}

/// Writes PEM text (RFC 7468) into memory that is wiped.
enum PEMWriter {
  /// 48 bytes make a line of 64 characters.
  private static let lineByteCount = 48

  static func append(_ label: String, _ der: Span<UInt8>, to file: inout SecretBytes) throws(KeyError) {
    append("-----BEGIN \(label)-----\n", to: &file)
    var start = 0
    while start < der.count {
      let line = der.extracting(start..<min(start + lineByteCount, der.count))
      // Four characters for three bytes, and the NUL that OpenSSL adds.
      let text = unsafe SecretBytes(capacity: 65) { memory in
        unsafe line.withUnsafeBufferPointer { line in
          unsafe Int(
            EVP_EncodeBlock(memory.bindMemory(to: UInt8.self).baseAddress, line.baseAddress, Int32(line.count)))
        }
      }
      text.withBytes { text in file.append(text) }
      append("\n", to: &file)
      start += lineByteCount
    }
    append("-----END \(label)-----\n", to: &file)
  }

  private static func append(_ text: String, to file: inout SecretBytes) {
    let bytes = Array(text.utf8)
    file.append(bytes.span)
  }
}
