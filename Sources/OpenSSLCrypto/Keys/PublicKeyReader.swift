internal import COpenSSL
import Messages
internal import Signing

/// Reads public keys out of SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7).
///
/// Only reads numbers and never computes with them, so a key of a million bits costs no more than its bytes.
enum PublicKeyReader {
  /// The public half of any `EVP_PKEY`, which stays the caller's.
  static func publicKey(of key: OpaquePointer) throws(KeyError) -> PublicKey {
    OpenSSLErrors.clear()
    guard let der = unsafe DER.encoding({ output in unsafe i2d_PUBKEY(key, output) }) else {
      throw KeyError(.malformedKey, "a key has no public part that can be written: \(OpenSSLErrors.drain().summary)")
    }
    return try publicKey(subjectPublicKeyInfo: der.span)
  }

  /// Throws `malformed-key` for anything but a DER SubjectPublicKeyInfo, and `trailing-data` when more follows.
  static func publicKey(subjectPublicKeyInfo der: Span<UInt8>) throws(KeyError) -> PublicKey {
    OpenSSLErrors.clear()
    var key = unsafe X509_PUBKEY_new_ex(LibraryContext.standard.pointer, nil)
    defer { unsafe X509_PUBKEY_free(key) }
    // On failure the key is freed and the pointer cleared.
    let consumed = unsafe DER.decode(der) { position, count in unsafe d2i_X509_PUBKEY(&key, &position, count) != nil }
    guard let consumed, let key = unsafe key else {
      throw KeyError(.malformedKey, "a public key cannot be read: \(OpenSSLErrors.drain().summary)")
    }
    if consumed != der.count { throw KeyError(.trailingData, "\(der.count - consumed) bytes follow a public key") }
    // Nil for a key that OpenSSL does not read or does not know.
    guard unsafe X509_PUBKEY_get0(key) != nil else {
      throw KeyError(.malformedKey, "a public key cannot be read: \(OpenSSLErrors.drain().summary)")
    }
    guard isBitStringWhole(in: der) else {
      throw KeyError(.malformedKey, "a public key cannot be read: it is not a whole number of bytes")
    }
    return try unsafe publicKey(ofStructure: key)
  }

  /// True when the BIT STRING behind the algorithm begins with a count of zero unused bits.
  private static func isBitStringWhole(in der: Span<UInt8>) -> Bool {
    guard let outer = DER.contents(of: V_ASN1_SEQUENCE, in: der, at: 0),
      let algorithm = DER.contents(of: V_ASN1_SEQUENCE, in: der, at: outer.lowerBound),
      let bits = DER.contents(of: V_ASN1_BIT_STRING, in: der, at: algorithm.upperBound)?.first
    else { return false }
    return der[bits] == 0
  }

  /// Throws `malformed-key` for anything but a DER RSAPublicKey (RFC 8017, appendix A.1.1), and `trailing-data`.
  static func publicKey(rsaPublicKey der: Span<UInt8>) throws(KeyError) -> PublicKey {
    guard let end = DER.contents(of: V_ASN1_SEQUENCE, in: der, at: 0)?.upperBound else {
      throw KeyError(.malformedKey, "a public key cannot be read: it is not an RSAPublicKey (RFC 8017, appendix A.1.1)")
    }
    if end != der.count { throw KeyError(.trailingData, "\(der.count - end) bytes follow a public key") }
    guard let numbers = RSAPublicNumbers(rsaPublicKey: der) else {
      throw KeyError(.malformedKey, "a public key cannot be read: it does not hold two positive numbers")
    }
    return try PublicKey(rsa: numbers)
  }

  /// Reads an `X509_PUBKEY`, which stays the caller's.
  ///
  /// A key whose numbers cannot be read is one of kind `other`: a certificate around it can still be shown.
  static func publicKey(ofStructure key: OpaquePointer) throws(KeyError) -> PublicKey {
    guard let der = unsafe DER.encoding({ output in unsafe i2d_X509_PUBKEY(key, output) }) else {
      throw .openSSL("encoding a public key")
    }
    return PublicKey(
      subjectPublicKeyInfo: der, kind: unsafe kind(of: key), sha256Fingerprint: try Digest.hash(der.span, with: .sha256)
    )
  }

  private static func kind(of key: OpaquePointer) -> PublicKey.Kind {
    var object: OpaquePointer?
    var bytes: UnsafePointer<UInt8>?
    var byteCount: Int32 = 0
    var algorithm: UnsafeMutablePointer<X509_ALGOR>?
    guard unsafe X509_PUBKEY_get0_param(&object, &bytes, &byteCount, &algorithm, key) == 1 else {
      return .other("unknown")
    }
    let contents = unsafe Span(_unsafeElements: UnsafeBufferPointer(start: bytes, count: Int(max(0, byteCount))))
    let parameters = unsafe algorithm?.pointee.parameter
    switch unsafe OBJ_obj2nid(object) {
    case NID_rsaEncryption:
      return RSAPublicNumbers(rsaPublicKey: contents).map { .rsa($0) } ?? .other("unreadable RSA")
    case NID_rsassaPss:
      guard let numbers = RSAPublicNumbers(rsaPublicKey: contents) else { return .other("unreadable RSA-PSS") }
      return .rsaPSS(numbers, restrictedTo: unsafe parameters.map { unsafe PSSRestriction($0) })
    default:
      return .other(unsafe KeyTypeName.name(of: object, parameters))
    }
  }
}
