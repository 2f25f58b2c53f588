internal import COpenSSL
import Messages
internal import Signing
import System

/// A part of a file that is encrypted under a password: by PBES1 or PBES2 (RFC 8018, section 6) or by one of the schemes
/// of PKCS#12 (RFC 7292, appendix C).
@safe
struct EncryptedPart {
  /// For messages, such as `PBES2 with AES-256-CBC`.
  let scheme: String
  /// The cost of one derivation, in iterations of a hash.
  let iterationCount: Int64
  /// True if no password and the empty password give different keys.
  let tellsAbsentFromEmpty: Bool
  /// True if the key is derived from the bytes as they are: PBES2.
  private let takesBytes: Bool
  private let subject: String
  // Both point into `owner`, which lives as long as this value does.
  private nonisolated(unsafe) let identifier: UnsafePointer<X509_ALGOR>
  private nonisolated(unsafe) let ciphertext: UnsafePointer<ASN1_STRING>
  private let owner: ASN1Item
  private let library: LibraryContext

  /// Reads and checks the algorithm, without deriving a key.
  ///
  /// Throws `malformed-pfx` for parameters that cannot be read, and `unsupported-protection` for an algorithm that
  /// OpenSSL does not offer.
  init(
    _ ciphertext: UnsafePointer<ASN1_STRING>, by identifier: UnsafePointer<X509_ALGOR>, in owner: ASN1Item,
    of subject: String
  ) throws(KeyError) {
    let object = unsafe identifier.pointee.algorithm
    let nid = unsafe OBJ_obj2nid(object)
    if nid == NID_pbes2 {
      let parameters = try unsafe PBES2Parameters(identifier, of: subject)
      scheme = "PBES2 with \(parameters.cipherName)"
      iterationCount = parameters.iterationCount
      library = parameters.cipher.library
    } else {
      scheme = unsafe ASN1Text.name(of: object)
      var cipher = NID_undef
      _ = unsafe EVP_PBE_find(EVP_PBE_TYPE_OUTER, nid, &cipher, nil, nil)
      library = try FileCipher(nid: cipher, named: scheme, of: subject).library
      guard let item = unsafe ASN1Reading.parameters(of: identifier, as: PBEPARAM_it()) else {
        throw KeyError(.malformedPFX, "\(naming: subject) has parameters of \(scheme) that cannot be read")
      }
      defer { withExtendedLifetime(item) {} }
      iterationCount = try unsafe IterationBudget.count(item.structure(PBEPARAM.self).pointee.iter, of: subject)
    }
    tellsAbsentFromEmpty = (NID_pbe_WithSHA1And128BitRC4...NID_pbe_WithSHA1And40BitRC2_CBC).contains(nid)
    takesBytes = nid == NID_pbes2
    self.subject = subject
    unsafe self.identifier = identifier
    unsafe self.ciphertext = ciphertext
    self.owner = owner
  }

  /// Decrypts safe bags with the first password that fits, into a `STACK_OF(PKCS12_SAFEBAG)`; nil if none fits.
  ///
  /// Throws `damaged-file` if no password can fit, and `unsupported-protection` if OpenSSL cannot derive the key.
  func safeBags(with passwords: [PasswordForm]) throws(KeyError) -> ASN1Item? {
    try value(with: passwords) { bytes in unsafe ASN1Item(whole: bytes, as: PKCS12_SAFEBAGS_it()) }
  }

  /// Decrypts a private key in the same way; also throws what `PrivateKeyReader` throws.
  func privateKey(with passwords: [PasswordForm]) throws(KeyError) -> PrivateKey? {
    let information = try value(with: passwords) { bytes in try? PrivateKeyInformation(bytes) }
    guard let information else { return nil }
    return try information.privateKey()
  }

  /// True if one of the passwords decrypts it, whatever the content is.
  func isOpened(by passwords: [PasswordForm]) throws(KeyError) -> Bool {
    try value(with: passwords) { bytes in ASN1Elements(whole: bytes) == nil ? nil : true } ?? false
  }

  private func value<Value: ~Copyable>(
    with passwords: [PasswordForm], _ read: (Span<UInt8>) -> Value?
  ) throws(KeyError) -> Value? {
    for password in passwords where isFit(password) {
      guard let plaintext = try plaintext(with: password) else { continue }
      if let value = plaintext.withBytes(read) { return value }
      // A wrong password gives a SEQUENCE of exactly this length once in many millions of times.
      if plaintext.withBytes(isWholeSequence) {
        throw KeyError(
          .damagedFile,
          "\(naming: subject) has an encrypted part that its password opens, but that cannot be read",
          hint: "export the key again")
      }
    }
    return nil
  }

  /// Latin-1 occurs only with PBES2: the schemes of PKCS#12 take UTF-16, which is the same for both.
  private func isFit(_ password: PasswordForm) -> Bool {
    password.isAbsent ? tellsAbsentFromEmpty : !password.isLatin1 || takesBytes
  }

  private func isWholeSequence(_ bytes: Span<UInt8>) -> Bool {
    DER.contents(of: V_ASN1_SEQUENCE, in: bytes, at: 0)?.upperBound == bytes.count
  }

  /// Nil if the padding shows that the password is wrong; a stream cipher shows nothing.
  private func plaintext(with password: PasswordForm) throws(KeyError) -> SecretBytes? {
    defer { withExtendedLifetime(owner) {} }
    let context = unsafe EVP_CIPHER_CTX_new()
    defer { unsafe EVP_CIPHER_CTX_free(context) }
    let isReady = unsafe password.withCharacters { characters, count in
      unsafe EVP_PBE_CipherInit_ex(
        identifier.pointee.algorithm, characters, count, identifier.pointee.parameter, context, 0,
        library.pointer, nil) == 1
    }
    guard let context = unsafe context, isReady else { throw .unsupportedProtection(by: scheme, of: subject) }

    let blockByteCount = unsafe Int(max(EVP_CIPHER_CTX_get_block_size(context), 1))
    return try unsafe ASN1Reading.withBytes(of: ciphertext) { (bytes) throws(KeyError) -> SecretBytes? in
      if bytes.isEmpty || bytes.count % blockByteCount != 0 {
        throw .cutBlock(in: subject)
      }
      let plaintext = unsafe SecretBytes(capacity: bytes.count + blockByteCount) { memory in
        unsafe bytes.withUnsafeBufferPointer { bytes in
          var written: Int32 = 0
          var rest: Int32 = 0
          guard let start = unsafe memory.bindMemory(to: UInt8.self).baseAddress,
            unsafe EVP_CipherUpdate(context, start, &written, bytes.baseAddress, Int32(clamping: bytes.count)) == 1,
            unsafe EVP_CipherFinal_ex(context, start + Int(written), &rest) == 1
          else { return 0 }
          return Int(written) + Int(rest)
        }
      }
      if plaintext.isEmpty { return nil }
      return plaintext
    }
  }
}

extension KeyError {
  /// `unsupported-protection`: the message names the algorithm, and never calls the password wrong.
  static func unsupportedProtection(by algorithm: String, of subject: String) -> KeyError {
    KeyError(
      .unsupportedProtection,
      "\(naming: subject) is protected by \(algorithm), which OpenSSL on this machine does not offer",
      hint:
        "install OpenSSL's legacy provider if it is a separate package, or export the key again with AES-256 and SHA-256"
    )
  }

  /// `damaged-file`, for ciphertext that a block cipher cannot have produced.
  static func cutBlock(in subject: String) -> KeyError {
    KeyError(.damagedFile, "\(naming: subject) has an encrypted part that is not a whole number of blocks long")
  }
}
