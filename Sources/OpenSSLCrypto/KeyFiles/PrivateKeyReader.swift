internal import COpenSSL
import Encodings
import Messages
internal import Signing
import System

/// Reads private keys that lie in the clear.
///
/// RSA keys are taken apart here and not by OpenSSL's decoders, which look the format up among all providers (a
/// third of the time of a whole signature) and leave unwiped copies of the key behind.
enum PrivateKeyReader {
  /// Reads exactly one DER PrivateKeyInfo (RFC 5208, section 5) or OneAsymmetricKey (RFC 5958, section 2); throws `malformed-key`,
  /// `trailing-data`, or `broken-rsa-key` for a public key beside it that is another's.
  static func privateKey(pkcs8 der: Span<UInt8>) throws(KeyError) -> PrivateKey {
    OpenSSLErrors.clear()
    let information = try PrivateKeyInformation(der)
    return try information.privateKey()
  }

  /// Reads a `PKCS8_PRIV_KEY_INFO`, which stays the caller's; throws `malformed-key`, `trailing-data`, or `key-not-rsa` for what
  /// OpenSSL cannot make a key of.
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
    // It is what its algorithm says, whether OpenSSL reads it or not.
    guard unsafe KeyTypeName.isKnownToOpenSSL(object),
      let key = unsafe EVP_PKCS82PKEY_ex(information, LibraryContext.standard.pointer, nil)
    else {
      OpenSSLErrors.clear()
      throw KeyError(.keyNotRSA, "a private key is \(name), and these tokens take RSA keys only")
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

/// A PrivateKeyInfo (RFC 5208, section 5), or the newer OneAsymmetricKey (RFC 5958, section 2) with the public key behind it, which
/// OpenSSL 3.0 does not read.
struct PrivateKeyInformation: ~Copyable {
  /// A `PKCS8_PRIV_KEY_INFO`, which is wiped as it goes.
  private let item: ASN1Item
  /// An RSAPublicKey for an RSA key; nil if there is none.
  private let publicKey: [UInt8]?

  /// Reads exactly one; throws `malformed-key` or `trailing-data`.
  init(_ bytes: Span<UInt8>) throws(KeyError) {
    var consumed = 0
    if let item = unsafe ASN1Item(bytes, as: PKCS8_PRIV_KEY_INFO_it(), consumed: &consumed) {
      if consumed != bytes.count { throw .trailingKeyData(bytes.count - consumed) }
      self.item = item
      publicKey = nil
      return
    }
    let problem = OpenSSLErrors.drain().summary
    guard let parts = Self.parts(of: bytes) else { throw .malformedKey(problem) }
    var elements = SecretBytes(capacity: bytes.count)
    DER.appendInteger([0].span, to: &elements)
    elements.append(bytes.extracting(parts.old))
    let old = DER.sequence(elements)
    guard let item = old.withBytes({ bytes in unsafe ASN1Item(whole: bytes, as: PKCS8_PRIV_KEY_INFO_it()) }) else {
      OpenSSLErrors.clear()
      throw .malformedKey(problem)
    }
    self.item = item
    publicKey = [UInt8](copying: bytes.extracting(parts.publicKey))
  }

  /// Reads a key, and compares the public key beside it where it is RSA.
  func privateKey() throws(KeyError) -> PrivateKey {
    let key = try unsafe PrivateKeyReader.privateKey(item.pointer)
    if let publicKey, let numbers = key.publicKey.rsa, RSAPublicNumbers(rsaPublicKey: publicKey.span) != numbers {
      throw KeyError(
        .brokenRSAKey, "an RSA key is broken: the public key beside it belongs to another key",
        hint: "export the key again from where it was made")
    }
    return key
  }

  /// Of a version 2: the algorithm, the key and the attributes, which are all of version 1, and the bits of the public key.
  private static func parts(of der: Span<UInt8>) -> (old: Range<Int>, publicKey: Range<Int>)? {
    guard let whole = DER.contents(of: V_ASN1_SEQUENCE, in: der, at: 0), whole.upperBound == der.count,
      let version = DER.contents(of: V_ASN1_INTEGER, in: der, at: whole.lowerBound), version.count == 1,
      der[version.lowerBound] == 1,
      let algorithm = DER.contents(of: V_ASN1_SEQUENCE, in: der, at: version.upperBound),
      let key = DER.contents(of: V_ASN1_OCTET_STRING, in: der, at: algorithm.upperBound)
    else { return nil }
    var end = key.upperBound
    if let attributes = DER.contextual(0, isConstructed: true, in: der, at: end) { end = attributes.upperBound }
    // A BIT STRING begins with its number of unused bits.
    guard let bits = DER.contextual(1, isConstructed: false, in: der, at: end), bits.upperBound == der.count,
      let unused = bits.first, der[unused] == 0
    else { return nil }
    return (version.upperBound..<end, bits.dropFirst())
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
    defer { withExtendedLifetime(item) {} }
    unsafe X509_SIG_get0(item.pointer, &identifier, &ciphertext)
    guard let identifier = unsafe identifier, let ciphertext = unsafe ciphertext else {
      throw .malformedKey("it does not say how it is encrypted")
    }
    do {
      part = try unsafe EncryptedPart(ciphertext, by: identifier, in: item, of: subject)
      try budget.spend(part.iterationCount)
    } catch {
      throw error.code == .malformedPFX ? KeyError(.malformedKey, error.message, hint: error.hint) : error
    }
  }

  /// Throws `wrong-password`, `damaged-file`, or what `PrivateKeyReader` throws.
  func privateKey(_ password: inout FilePassword) throws(KeyError) -> PrivateKey {
    var forms = try password.forms()
    // Only the schemes of PKCS#12 take another form than the bytes that were typed, in UTF-8 or in Latin-1.
    if !part.tellsAbsentFromEmpty { forms = forms.filter { !$0.isAbsent && !$0.isByteWise } }
    guard let key = try part.privateKey(with: forms) else { throw password.wrong }
    return key
  }
}
