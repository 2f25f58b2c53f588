internal import COpenSSL
import Messages
internal import Signing

/// Reads private keys that lie in the clear.
///
/// RSA keys are taken apart here and not by OpenSSL's decoders, which look the format up among all providers (a
/// third of the time of a whole signature) and leave unwiped copies of the key behind.
enum PrivateKeyReader {
  /// Reads exactly one DER PrivateKeyInfo (RFC 5208, section 5); throws `malformed-key` or `trailing-data`.
  static func privateKey(pkcs8 der: Span<UInt8>) throws(KeyError) -> PrivateKey {
    OpenSSLErrors.clear()
    var information: OpaquePointer?
    let consumed = unsafe DER.decode(der) { position, count in
      unsafe information = d2i_PKCS8_PRIV_KEY_INFO(nil, &position, count)
      return unsafe information != nil
    }
    // Wipes the key as it goes.
    defer { unsafe PKCS8_PRIV_KEY_INFO_free(information) }
    guard let consumed, let information = unsafe information else { throw .malformedKey(OpenSSLErrors.drain().summary) }
    if consumed != der.count { throw .trailingKeyData(der.count - consumed) }
    return try unsafe privateKey(information)
  }

  /// Reads a `PKCS8_PRIV_KEY_INFO`, which stays the caller's; throws `malformed-key` or `trailing-data`.
  static func privateKey(_ information: OpaquePointer) throws(KeyError) -> PrivateKey {
    var object: OpaquePointer?
    var bytes: UnsafePointer<UInt8>?
    var byteCount: Int32 = 0
    var algorithm: UnsafePointer<X509_ALGOR>?
    guard unsafe PKCS8_pkey_get0(&object, &bytes, &byteCount, &algorithm, information) == 1 else {
      throw .malformedKey("it holds nothing")
    }
    let contents = unsafe Span(_unsafeElements: UnsafeBufferPointer(start: bytes, count: Int(max(0, byteCount))))
    let nid = unsafe OBJ_obj2nid(object)
    if nid == NID_rsaEncryption { return try privateKey(pkcs1: contents) }
    if nid == NID_rsassaPss, let algorithm = unsafe algorithm {
      let numbers = try RSAPrivateNumbers(rsaPrivateKey: contents)
      return try numbers.privateKey(as: unsafe PublicKey(pss: numbers.publicNumbers, algorithm: algorithm))
    }
    let name = unsafe KeyTypeName.name(of: object, algorithm?.pointee.parameter)
    try unsafe requireModestSize(Int(i2d_PKCS8_PRIV_KEY_INFO(information, nil)), of: name)
    OpenSSLErrors.clear()
    guard let key = unsafe EVP_PKCS82PKEY_ex(information, LibraryContext.standard.pointer, nil) else {
      throw .malformedKey("OpenSSL on this machine does not read this \(name) key: \(OpenSSLErrors.drain().summary)")
    }
    return try unsafe PrivateKey(takingOwnershipOf: key)
  }

  /// Reads exactly one DER RSAPrivateKey (RFC 8017, appendix A.1.2); throws `malformed-key` or `trailing-data`.
  static func privateKey(pkcs1 der: Span<UInt8>) throws(KeyError) -> PrivateKey {
    let numbers = try RSAPrivateNumbers(rsaPrivateKey: der)
    return try numbers.privateKey(as: PublicKey(rsa: numbers.publicNumbers))
  }

  /// Reads exactly one DER key of any other form that OpenSSL knows, such as an ECPrivateKey (RFC 5915).
  static func privateKey(traditional der: Span<UInt8>) throws(KeyError) -> PrivateKey {
    try requireModestSize(der.count, of: "not RSA")
    OpenSSLErrors.clear()
    var key: OpaquePointer?
    let consumed = unsafe DER.decode(der) { position, count in
      unsafe key = d2i_AutoPrivateKey_ex(nil, &position, count, LibraryContext.standard.pointer, nil)
      return unsafe key != nil
    }
    guard let consumed, let key = unsafe key else { throw .malformedKey(OpenSSLErrors.drain().summary) }
    let privateKey = try unsafe PrivateKey(takingOwnershipOf: key)
    if consumed != der.count { throw .trailingKeyData(der.count - consumed) }
    return privateKey
  }

  /// Throws `key-not-rsa`: OpenSSL computes the public half of some keys, which takes hours for numbers that fill a file.
  private static func requireModestSize(_ byteCount: Int, of kind: String) throws(KeyError) {
    if byteCount > 2048 {
      throw KeyError(.keyNotRSA, "a private key of \(byteCount) bytes is \(kind), and these tokens take RSA keys only")
    }
  }
}

extension KeyError {
  static func malformedKey(_ reason: String) -> KeyError {
    KeyError(.malformedKey, "a private key cannot be read: \(reason)")
  }

  static func trailingKeyData(_ byteCount: Int) -> KeyError {
    KeyError(.trailingData, "\(byteCount) bytes follow a private key in the same block", hint: "export the key again")
  }
}
