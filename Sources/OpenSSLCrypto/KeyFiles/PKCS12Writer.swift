internal import COpenSSL
import Encodings
import Messages
internal import Signing
import System

/// Writes a PFX (RFC 7292) of one key with its certificate, from its parts: `PKCS12_create_ex` of OpenSSL 3.0 writes
/// salts of 8 bytes, and a MAC of SHA-256 even for old Windows.
@safe
struct PKCS12Writer {
  private let protection: KeyFileProtection
  private nonisolated(unsafe) let library = unsafe LibraryContext.standard.pointer

  init(_ protection: KeyFileProtection) { self.protection = protection }

  /// The whole file; `name` becomes the friendlyName of key and certificate.
  ///
  /// Both are encrypted. Throws `cryptography-failed`.
  func file(
    _ key: PrivateKey, _ certificate: Certificate?, name: String?, password: borrowing SecretBytes
  ) throws(KeyError) -> [UInt8] {
    OpenSSLErrors.clear()
    let parts = unsafe Stack { unsafe PKCS7_free($0.assumingMemoryBound(to: PKCS7.self)) }
    // An optimized build may free a stack of which only the pointer is still in use.
    defer { withExtendedLifetime(parts) {} }
    if let certificate {
      let bags = unsafe Stack { unsafe PKCS12_SAFEBAG_free(OpaquePointer($0)) }
      defer { withExtendedLifetime(bags) {} }
      try unsafe bags.push(certificateBag(certificate, name: name))
      try unsafe parts.push(encryptedPart(bags, password: password))
    }
    let bags = unsafe Stack { unsafe PKCS12_SAFEBAG_free(OpaquePointer($0)) }
    defer { withExtendedLifetime(bags) {} }
    try unsafe bags.push(keyBag(key, certificate, name: name, password: password))
    try unsafe parts.push(OpaquePointer(PKCS12_pack_p7data(bags.pointer)))
    guard let pfx = unsafe PKCS12_add_safes_ex(parts.pointer, 0, library, nil) else { throw Self.failure }
    defer { unsafe PKCS12_free(pfx) }
    try unsafe setMAC(of: pfx, password: password)
    guard let der = unsafe DER.encoding({ output in unsafe i2d_PKCS12(pfx, output) }) else { throw Self.failure }
    return der
  }

  private func keyBag(
    _ key: PrivateKey, _ certificate: Certificate?, name: String?, password: borrowing SecretBytes
  ) throws(KeyError) -> OpaquePointer? {
    let information = try EncodablePrivateKey(key)
    var salt = try RandomBytes.make(KeyFileProtection.saltByteCount)
    let bag = unsafe password.withCharacters { characters, count in
      unsafe PKCS12_SAFEBAG_create_pkcs8_encrypt_ex(
        protection.scheme, characters, count, &salt, Int32(salt.count), KeyFileProtection.iterationCount,
        information.pointer, library, nil)
    }
    try unsafe setAttributes(of: bag, certificate, name: name)
    return unsafe bag
  }

  private func certificateBag(_ certificate: Certificate, name: String?) throws(KeyError) -> OpaquePointer? {
    let der = certificate.der
    guard let item = X509Item(der.span) else { throw Self.failure }
    let bag = unsafe PKCS12_SAFEBAG_create_cert(item.pointer)
    try unsafe setAttributes(of: bag, certificate, name: name)
    return unsafe bag
  }

  /// friendlyName and localKeyID (RFC 2985, section 5.5). The id is the SHA-1 of the certificate, as Windows writes it.
  private func setAttributes(
    of bag: OpaquePointer?, _ certificate: Certificate?, name: String?
  ) throws(KeyError) {
    guard let bag = unsafe bag else { throw Self.failure }
    var isDone = true
    if var id = certificate?.sha1Thumbprint {
      isDone = unsafe PKCS12_add_localkeyid(bag, &id, Int32(clamping: id.count)) == 1
    }
    if let name, isDone {
      isDone = unsafe PKCS12_add_friendlyname_utf8(bag, name, Int32(clamping: name.utf8.count)) == 1
    }
    guard isDone else {
      unsafe PKCS12_SAFEBAG_free(bag)
      throw Self.failure
    }
  }

  private func encryptedPart(_ bags: Stack, password: borrowing SecretBytes) throws(KeyError) -> OpaquePointer? {
    var salt = try RandomBytes.make(KeyFileProtection.saltByteCount)
    // PBES2 uses HMAC-SHA256 by default.
    let part = unsafe password.withCharacters { characters, count in
      unsafe PKCS12_pack_p7encdata_ex(
        protection.scheme, characters, count, &salt, Int32(salt.count), KeyFileProtection.iterationCount, bags.pointer,
        library, nil)
    }
    return OpaquePointer(part)
  }

  private func setMAC(of pfx: OpaquePointer, password: borrowing SecretBytes) throws(KeyError) {
    var salt = try RandomBytes.make(KeyFileProtection.saltByteCount)
    // Without one OpenSSL would take its own choice, which old systems do not read.
    guard let digest = unsafe EVP_MD_fetch(library, protection.macDigest, nil) else { throw Self.failure }
    defer { unsafe EVP_MD_free(digest) }
    let result = unsafe password.withCharacters { characters, count in
      unsafe PKCS12_set_mac(
        pfx, characters, count, &salt, Int32(salt.count), KeyFileProtection.iterationCount, digest)
    }
    guard result == 1 else { throw Self.failure }
  }

  private static var failure: KeyError { .openSSL("writing a PFX") }
}

/// Owns a `STACK_OF` something, with its elements.
@safe
private final class Stack {
  private(set) nonisolated(unsafe) var pointer = unsafe OPENSSL_sk_new_null()
  private let free: (UnsafeMutableRawPointer) -> Void

  init(freeingBy free: @escaping (UnsafeMutableRawPointer) -> Void) { unsafe self.free = free }

  deinit {
    while let element = unsafe OPENSSL_sk_pop(pointer) { unsafe free(element) }
    unsafe OPENSSL_sk_free(pointer)
  }

  /// Takes ownership of the element, even if it throws; nil is the result of a failed call.
  func push(_ element: OpaquePointer?) throws(KeyError) {
    guard let element = unsafe element else { throw .openSSL("writing a PFX") }
    if unsafe OPENSSL_sk_push(pointer, UnsafeRawPointer(element)) > 0 { return }
    unsafe free(UnsafeMutableRawPointer(element))
    throw .openSSL("writing a PFX")
  }
}
