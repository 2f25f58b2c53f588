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

/// Owns a private key of OpenSSL's; its numbers are wiped when the last holder goes.
@safe
final class PrivateKey: Sendable {
  // Only read after it was made; OpenSSL locks what it caches inside.
  nonisolated(unsafe) let pointer: OpaquePointer
  let publicKey: PublicKey
  /// False when it is an RSA key whose numbers do not belong together.
  let isSound: Bool

  /// Takes over an `EVP_PKEY` whose public half is known.
  init(takingOwnershipOf pointer: OpaquePointer, publicKey: PublicKey, isSound: Bool) {
    unsafe self.pointer = pointer
    self.publicKey = publicKey
    self.isSound = isSound
  }

  /// Takes over an `EVP_PKEY` of a type other than RSA, also when it throws.
  convenience init(takingOwnershipOf pointer: OpaquePointer) throws(KeyError) {
    let publicKey: PublicKey
    do {
      publicKey = try unsafe PublicKeyReader.publicKey(of: pointer)
    } catch {
      unsafe EVP_PKEY_free(pointer)
      throw error
    }
    unsafe self.init(takingOwnershipOf: pointer, publicKey: publicKey, isSound: true)
  }

  deinit { unsafe EVP_PKEY_free(pointer) }
}

/// An EncryptedPrivateKeyInfo (RFC 5208, section 6) whose protection was judged.
struct EncryptedPrivateKey {
  private let part: EncryptedPart

  /// Derives nothing.
  ///
  /// Throws `malformed-key`, `trailing-data`, `unsupported-protection`, or `iteration-count-too-high`.
  init(_ der: Span<UInt8>, of subject: String, budget: inout IterationBudget) throws(KeyError) {
    OpenSSLErrors.clear()
    var consumed = 0
    guard let item = unsafe ASN1Item(der, as: X509_SIG_it(), consumed: &consumed) else {
      throw .malformedKey(OpenSSLErrors.drain().summary)
    }
    if consumed != der.count { throw .trailingKeyData(der.count - consumed) }
    var identifier: UnsafePointer<X509_ALGOR>?
    var ciphertext: UnsafePointer<ASN1_OCTET_STRING>?
    unsafe X509_SIG_get0(item.pointer, &identifier, &ciphertext)
    guard let identifier = unsafe identifier, let ciphertext = unsafe ciphertext else {
      throw .malformedKey("it says nothing of its encryption")
    }
    do {
      part = try unsafe EncryptedPart(
        ciphertext, holding: PKCS8_PRIV_KEY_INFO_it(), by: identifier, in: item, of: subject)
      try budget.spend(part.iterationCount)
    } catch {
      throw error.code == .malformedPFX ? KeyError(.malformedKey, error.message, hint: error.hint) : error
    }
  }

  /// Throws `wrong-password`, `damaged-file`, or what `PrivateKeyReader` throws.
  func privateKey(_ password: inout FilePassword) throws(KeyError) -> PrivateKey {
    var forms = try password.forms()
    // Only the schemes of PKCS#12 know more than one form.
    if !part.tellsAbsentFromEmpty { forms = Array(forms.drop { $0.isAbsent }.prefix(1)) }
    guard let item = try part.value(with: forms) else { throw password.wrong }
    return try unsafe PrivateKeyReader.privateKey(item.pointer)
  }
}
