internal import COpenSSL
import Messages
internal import Signing
import System

/// The password integrity of a PFX: MacData (RFC 7292, section 4), read and not yet checked.
struct MACData {
  /// How the key of the MAC is derived from the password.
  private enum Derivation {
    /// RFC 7292, appendix B, with ID 3.
    case pkcs12(salt: [UInt8])
    /// PBMAC1 (RFC 9579, section 4), which does not use the salt and iterations of MacData itself.
    case pbmac1(PBKDF2Parameters, keyByteCount: Int)
  }

  let iterationCount: Int64
  private let derivation: Derivation
  private let digest: FileDigest
  private let expected: [UInt8]
  private let subject: String

  /// The possible lengths of a PBMAC1 key, in bytes: from the least of RFC 9579 to the most that an HMAC can use.
  private static let pbmac1KeyByteCounts: ClosedRange<Int64> = 20...64

  /// Reads the DER or BER of MacData.
  ///
  /// Throws `malformed-pfx` if it cannot be read, and `unsupported-protection` for an algorithm that OpenSSL does not
  /// offer.
  init(_ bytes: Span<UInt8>, of subject: String) throws(KeyError) {
    let malformed = KeyError(.malformedPFX, "\(naming: subject) has integrity data that cannot be read")
    guard let elements = ASN1Elements(whole: bytes), (2...3).contains(elements.count),
      let digestInfo = elements.withSequence(at: 0, { bytes in unsafe ASN1Item(whole: bytes, as: X509_SIG_it()) }),
      let salt = elements.octets(at: 1)
    else { throw malformed }
    var identifier: UnsafePointer<X509_ALGOR>?
    var value: UnsafePointer<ASN1_OCTET_STRING>?
    defer { withExtendedLifetime(digestInfo) {} }
    unsafe X509_SIG_get0(digestInfo.pointer, &identifier, &value)
    guard let identifier = unsafe identifier, let value = unsafe value else { throw malformed }

    self.subject = subject
    expected = unsafe ASN1Text.bytes(of: value)
    let object = unsafe identifier.pointee.algorithm
    if unsafe OBJ_obj2nid(object) == NID_pbmac1 {
      let parameters: PBKDF2Parameters
      (parameters, digest) = try unsafe Self.readPBMAC1(identifier, of: subject)
      guard let keyByteCount = parameters.keyByteCount, Self.pbmac1KeyByteCounts.contains(keyByteCount) else {
        throw KeyError(
          .malformedPFX,
          "\(naming: subject) has a PBMAC1 without a key length from 20 to 64 bytes, as RFC 9579 wants it")
      }
      derivation = .pbmac1(parameters, keyByteCount: Int(keyByteCount))
      iterationCount = parameters.iterationCount
    } else {
      digest = try unsafe FileDigest(object, of: subject)
      derivation = .pkcs12(salt: salt)
      // 1 is the default, and left out in DER.
      iterationCount = elements.count == 2 ? 1 : try unsafe IterationBudget.count(elements.integer(at: 2), of: subject)
    }
    guard expected.count == digest.byteCount else {
      throw KeyError(
        .malformedPFX,
        "\(naming: subject) has a MAC of \(expected.count) bytes, and \(digest.name) gives \(digest.byteCount)")
    }
  }

  /// True if this password made the MAC over exactly these bytes.
  ///
  /// PBMAC1 takes the password as UTF-8 (RFC 9579, section 5), for which no password is the same as the empty one.
  func isMade(over content: Span<UInt8>, with password: PasswordForm) throws(KeyError) -> Bool {
    switch derivation {
    case .pbmac1: if password.isAbsent { return false }
    // OpenSSL derives nothing from no password at all, so no writer can have used that.
    case .pkcs12(let salt): if password.isLatin1 || password.isAbsent && salt.isEmpty { return false }
    }
    guard let key = key(from: password) else {
      throw .unsupportedProtection(by: "HMAC with \(digest.name)", of: subject)
    }
    var actual = [UInt8](repeating: 0, count: digest.byteCount)
    let actualCount = key.withBytes { key in
      unsafe key.withUnsafeBufferPointer { key in
        unsafe content.withUnsafeBufferPointer { content in
          var count = 0
          let result = unsafe EVP_Q_mac(
            LibraryContext.standard.pointer, "HMAC", nil, digest.name, nil, key.baseAddress, key.count,
            content.baseAddress, content.count, &actual, actual.count, &count)
          return unsafe result == nil ? 0 : count
        }
      }
    }
    guard actualCount == expected.count else {
      throw .unsupportedProtection(by: "HMAC with \(digest.name)", of: subject)
    }
    return unsafe CRYPTO_memcmp(actual, expected, expected.count) == 0
  }

  private func key(from password: PasswordForm) -> SecretBytes? {
    switch derivation {
    case .pbmac1(let parameters, let keyByteCount):
      return parameters.key(from: password, byteCount: keyByteCount)
    case .pkcs12(var salt):
      guard let digest = unsafe EVP_MD_fetch(LibraryContext.standard.pointer, digest.name, nil) else { return nil }
      defer { unsafe EVP_MD_free(digest) }
      let key = unsafe password.withCharacters { characters, count in
        unsafe SecretBytes(capacity: self.digest.byteCount) { memory in
          let isDerived = unsafe PKCS12_key_gen_utf8_ex(
            characters, count, &salt, Int32(clamping: salt.count), PKCS12_MAC_ID, Int32(clamping: iterationCount),
            Int32(clamping: memory.count), memory.bindMemory(to: UInt8.self).baseAddress, digest,
            LibraryContext.standard.pointer, nil)
          return isDerived == 1 ? memory.count : 0
        }
      }
      if key.isEmpty { return nil }
      return key
    }
  }

  private static func readPBMAC1(
    _ identifier: UnsafePointer<X509_ALGOR>, of subject: String
  ) throws(KeyError) -> (PBKDF2Parameters, FileDigest) {
    // PBMAC1-params and PBES2-params are the same pair of algorithms (RFC 8018, appendices A.4 and A.5).
    guard let item = unsafe ASN1Reading.parameters(of: identifier, as: PBE2PARAM_it()),
      let derivation = unsafe item.structure(PBE2PARAM.self).pointee.keyfunc,
      let scheme = unsafe item.structure(PBE2PARAM.self).pointee.encryption
    else { throw KeyError(.malformedPFX, "\(naming: subject) has PBMAC1 parameters that cannot be read") }
    defer { withExtendedLifetime(item) {} }
    guard unsafe OBJ_obj2nid(derivation.pointee.algorithm) == NID_id_pbkdf2 else {
      throw .unsupportedProtection(
        by: "PBMAC1 with \(unsafe ASN1Text.name(of: derivation.pointee.algorithm))", of: subject)
    }
    return unsafe (try PBKDF2Parameters(derivation, of: subject), try FileDigest(hmac: scheme, of: subject))
  }
}
