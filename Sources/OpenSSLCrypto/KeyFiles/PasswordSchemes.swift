internal import COpenSSL
import Messages
internal import Signing
import System

/// The parameters of PBES2 (RFC 8018, appendix A.4), checked before a key is derived.
struct PBES2Parameters {
  /// For messages, such as `aes-256-cbc`.
  let cipherName: String
  let iterationCount: Int64
  let cipher: FileCipher

  init(_ identifier: UnsafePointer<X509_ALGOR>, of subject: String) throws(KeyError) {
    guard let item = unsafe ASN1Reading.parameters(of: identifier, as: PBE2PARAM_it()),
      let derivation = unsafe item.structure(PBE2PARAM.self).pointee.keyfunc,
      let encryption = unsafe item.structure(PBE2PARAM.self).pointee.encryption
    else { throw KeyError(.malformedPFX, "\(naming: subject) has PBES2 parameters that cannot be read") }
    defer { withExtendedLifetime(item) {} }

    cipherName = unsafe ASN1Text.name(of: encryption.pointee.algorithm)
    cipher = try unsafe FileCipher(nid: OBJ_obj2nid(encryption.pointee.algorithm), named: cipherName, of: subject)
    if let parameter = unsafe encryption.pointee.parameter, unsafe parameter.pointee.type == V_ASN1_OCTET_STRING,
      let vector = unsafe parameter.pointee.value.octet_string,
      unsafe Int(ASN1_STRING_length(vector)) != cipher.vectorByteCount
    {
      throw KeyError(
        .malformedPFX, "\(naming: subject) has an initialization vector of the wrong length for \(cipherName)")
    }

    let keyByteCount: Int64?
    switch unsafe OBJ_obj2nid(derivation.pointee.algorithm) {
    case NID_id_pbkdf2:
      let parameters = try unsafe PBKDF2Parameters(derivation, of: subject)
      iterationCount = parameters.iterationCount
      keyByteCount = parameters.keyByteCount
    case NID_id_scrypt:
      (iterationCount, keyByteCount) = try unsafe Self.readScrypt(derivation, of: subject)
    default:
      throw .unsupportedProtection(by: unsafe ASN1Text.name(of: derivation.pointee.algorithm), of: subject)
    }
    if let keyByteCount, let needed = cipher.keyByteCount, keyByteCount != needed {
      throw KeyError(
        .malformedPFX,
        "\(naming: subject) derives a key of \(keyByteCount) bytes for \(cipherName), which takes \(needed)")
    }
  }

  /// The cost of scrypt in mixed blocks (RFC 7914, section 6), and the key length, if it is given.
  private static func readScrypt(
    _ identifier: UnsafePointer<X509_ALGOR>, of subject: String
  ) throws(KeyError) -> (cost: Int64, keyByteCount: Int64?) {
    guard let item = unsafe ASN1Reading.parameters(of: identifier, as: SCRYPT_PARAMS_it()) else {
      throw KeyError(.malformedPFX, "\(naming: subject) has scrypt parameters that cannot be read")
    }
    defer { withExtendedLifetime(item) {} }
    let parameters = unsafe item.structure(SCRYPT_PARAMS.self)
    let cost = try unsafe IterationBudget.count(parameters.pointee.costParameter, of: subject)
    let blockSize = try unsafe IterationBudget.count(parameters.pointee.blockSize, of: subject)
    let parallelization = try unsafe IterationBudget.count(parameters.pointee.parallelizationParameter, of: subject)
    // N blocks of 128·r bytes for the table, and p of them for the input.
    let rows = cost.addingReportingOverflow(parallelization)
    let memory = rows.partialValue.multipliedReportingOverflow(by: blockSize)
    if rows.overflow || memory.overflow || memory.partialValue > KeyFileLimits.scryptByteCount / 128 {
      throw KeyError(
        .iterationCountTooHigh,
        "\(naming: subject) asks scrypt for more than \(KeyFileLimits.scryptByteCount >> 20) MiB of memory",
        hint: "export the key again with PBKDF2, or with a smaller cost")
    }
    let work = memory.partialValue.multipliedReportingOverflow(by: parallelization)
    let keyLength = unsafe parameters.pointee.keyLength
    return (work.overflow ? .max : work.partialValue, unsafe ASN1Reading.integer(keyLength))
  }
}

/// The parameters of PBKDF2 (RFC 8018, appendix A.2), with the salt given as bytes.
struct PBKDF2Parameters {
  let salt: [UInt8]
  let iterationCount: Int64
  /// The length of the key in bytes, or nil if the file leaves it out.
  let keyByteCount: Int64?
  let pseudorandomFunction: FileDigest

  /// Throws `malformed-pfx` for parameters that cannot be read and `unsupported-protection` for an unknown PRF.
  init(_ identifier: UnsafePointer<X509_ALGOR>, of subject: String) throws(KeyError) {
    guard let item = unsafe ASN1Reading.parameters(of: identifier, as: PBKDF2PARAM_it()) else {
      throw KeyError(.malformedPFX, "\(naming: subject) has PBKDF2 parameters that cannot be read")
    }
    defer { withExtendedLifetime(item) {} }
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

  /// Derives a key of `byteCount` bytes, or returns nil if OpenSSL cannot.
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

  /// OpenSSL keeps a pointer to the name of a parameter, so it must be a literal, which never moves.
  private static func name(_ literal: StaticString) -> UnsafePointer<CChar> {
    unsafe UnsafeRawPointer(literal.utf8Start).assumingMemoryBound(to: CChar.self)
  }
}

/// A cipher that a file names and OpenSSL offers.
struct FileCipher {
  /// The context that offers it: the legacy provider is loaded only for a file that needs it.
  let library: LibraryContext
  /// In bytes, or nil for a cipher that takes keys of several lengths.
  let keyByteCount: Int64?
  /// In bytes.
  let vectorByteCount: Int

  /// Throws `unsupported-protection`, with `name` in the message, for a cipher that OpenSSL does not offer or that
  /// is not for passwords.
  init(nid: Int32, named name: String, of subject: String) throws(KeyError) {
    guard nid != NID_undef, let shortName = unsafe OBJ_nid2sn(nid) else {
      throw .unsupportedProtection(by: name, of: subject)
    }
    var library = LibraryContext.standard
    var offered = unsafe EVP_CIPHER_fetch(library.pointer, shortName, nil)
    if unsafe offered == nil {
      library = LibraryContext.legacy
      unsafe offered = EVP_CIPHER_fetch(library.pointer, shortName, nil)
    }
    guard let cipher = unsafe offered else { throw .unsupportedProtection(by: name, of: subject) }
    defer { unsafe EVP_CIPHER_free(cipher) }
    self.library = library
    // The other modes have parameters that OpenSSL does not read here, so they would look like a wrong password.
    let modes = [EVP_CIPH_CBC_MODE, EVP_CIPH_CFB_MODE, EVP_CIPH_OFB_MODE, EVP_CIPH_STREAM_CIPHER]
    guard modes.contains(unsafe EVP_CIPHER_get_mode(cipher)) else {
      throw .unsupportedProtection(by: name, of: subject)
    }
    // A cipher that was fetched never has the flag EVP_CIPH_VARIABLE_LENGTH.
    let takesAnyKey =
      unsafe String(validatingCString: shortName).map { name in
        ["RC2", "RC4", "RC5", "BF", "CAST5"].contains { name.utf8.starts(with: $0.utf8) }
      } ?? false
    keyByteCount = takesAnyKey ? nil : unsafe Int64(EVP_CIPHER_get_key_length(cipher))
    vectorByteCount = unsafe Int(EVP_CIPHER_get_iv_length(cipher))
  }
}

/// A digest that a file names and OpenSSL offers.
struct FileDigest {
  /// OpenSSL's short name, such as `SHA256`.
  let name: String
  /// The length of a digest in bytes.
  let byteCount: Int

  /// Throws `unsupported-protection` for a digest that OpenSSL does not offer, or that has no fixed length.
  init(_ object: OpaquePointer?, of subject: String) throws(KeyError) {
    try unsafe self.init(nid: OBJ_obj2nid(object), named: ASN1Text.name(of: object), of: subject)
  }

  /// The digest under an HMAC, such as hmacWithSHA256 (RFC 8018, appendix B.1.2).
  init(hmac identifier: UnsafePointer<X509_ALGOR>, of subject: String) throws(KeyError) {
    let object = unsafe identifier.pointee.algorithm
    var digest = NID_undef
    // An HMAC that is not in the table leaves the digest undefined.
    _ = unsafe EVP_PBE_find(EVP_PBE_TYPE_PRF, OBJ_obj2nid(object), nil, &digest, nil)
    try unsafe self.init(nid: digest, named: ASN1Text.name(of: object), of: subject)
  }

  private init(nid: Int32, named written: String, of subject: String) throws(KeyError) {
    guard nid != NID_undef, let name = unsafe OBJ_nid2sn(nid).flatMap({ unsafe String(validatingCString: $0) }),
      let digest = unsafe EVP_MD_fetch(LibraryContext.standard.pointer, name, nil)
    else { throw .unsupportedProtection(by: written, of: subject) }
    defer { unsafe EVP_MD_free(digest) }
    guard unsafe EVP_MD_get_flags(digest) & UInt(EVP_MD_FLAG_XOF) == 0, unsafe EVP_MD_get_size(digest) > 0 else {
      throw .unsupportedProtection(by: written, of: subject)
    }
    self.name = name
    byteCount = unsafe Int(EVP_MD_get_size(digest))
  }
}
