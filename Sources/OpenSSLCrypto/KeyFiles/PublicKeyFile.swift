internal import COpenSSL
public import Messages
public import Signing
import System

/// Reads files of public keys: PEM with any number of keys and certificates, or DER with one.
public enum PublicKeyFile {
  /// The public keys in the order of the file. Other blocks of a PEM file are skipped, private keys too.
  ///
  /// Throws `no-public-key` if there is none, `malformed-pem`, `malformed-key`, `malformed-certificate`,
  /// `trailing-data` or `unrecognised-key-file`.
  public static func read(
    _ bytes: Span<UInt8>, of subject: String = "the public key file"
  ) throws(KeyError) -> [PublicKey] {
    defer { OpenSSLErrors.clear() }
    let keys = try KeyFileWrapping(wanted: .publicKey, subject: subject).withContents(of: SecretBytes(copying: bytes)) {
      (file, format) throws(KeyError) -> [PublicKey] in
      try file.withBytes { (bytes) throws(KeyError) in try Self.keys(in: bytes, as: format, of: subject) }
    }
    if keys.isEmpty {
      throw KeyError(
        .noPublicKey, "\(naming: subject) holds no public key",
        hint: "give a public key or a certificate, as PEM or DER")
    }
    return keys
  }

  private static func keys(
    in bytes: Span<UInt8>, as format: KeyFileFormat, of subject: String
  ) throws(KeyError) -> [PublicKey] {
    var found: [PublicKey] = []
    switch format {
    case .pem:
      try PEMText.forEachBlock(in: bytes, of: subject) { (block) throws(KeyError) in
        found += try keys(in: block)
      }
    case .der:
      if case .signedData = DERKind(of: bytes) {
        return try SignedCertificates.certificates(bytes, of: subject).map(\.publicKey)
      }
      if let key = try key(DERKind(of: bytes), in: bytes) { found.append(key) }
    case .pfx: break
    case .foreign(let form): throw form.error(subject)
    case .unrecognised:
      if PEMText.beginsInsideLine(bytes) { throw .unrecognisedKeyFile(subject, bytes) }
      throw KeyError(
        .unrecognisedKeyFile, "\(naming: subject) is not a public key: neither PEM nor DER",
        hint: "give a public key or a certificate")
    }
    return found
  }

  /// Empty for a block of another kind.
  private static func keys(in block: borrowing PEMBlock) throws(KeyError) -> [PublicKey] {
    let isRSA: Bool
    switch block.kind {
    case .publicKey: isRSA = false
    case .rsaPublicKey: isRSA = true
    default: return try CertificateFile.certificates(in: block)?.map(\.publicKey) ?? []
    }
    // An RSA key may come in either form under either label.
    let publicKey = try block.contents.withBytes { (der) throws(KeyError) in try key(DERKind(of: der), in: der) }
    guard let publicKey, !isRSA || publicKey.rsa != nil else {
      throw KeyError(.malformedKey, "a public key cannot be read: \(block.label) holds something else")
    }
    return [publicKey]
  }

  private static func key(_ kind: DERKind, in der: Span<UInt8>) throws(KeyError) -> PublicKey? {
    switch kind {
    case .publicKey: try PublicKeyReader.publicKey(subjectPublicKeyInfo: der)
    case .rsaPublicKey: try PublicKeyReader.publicKey(rsaPublicKey: der)
    case .certificate: try OpenSSLCertificateReader().certificate(der: der).publicKey
    case .privateKey, .signedData, .pfx, .other: nil
    }
  }
}

/// Reads public keys from SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7).
///
/// It only reads numbers and never computes with them, so a key of a million bits costs no more than its bytes.
enum PublicKeyReader {
  /// The public half of any `EVP_PKEY`; the caller keeps it.
  static func publicKey(of key: OpaquePointer) throws(KeyError) -> PublicKey {
    OpenSSLErrors.clear()
    guard let der = unsafe DER.encoding({ output in unsafe i2d_PUBKEY(key, output) }) else {
      throw KeyError(.malformedKey, "a key has no public part that can be written: \(OpenSSLErrors.drain().summary)")
    }
    return try publicKey(subjectPublicKeyInfo: der.span)
  }

  /// Throws `malformed-key` for anything except a DER SubjectPublicKeyInfo, and `trailing-data` if more follows.
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
    // Nil for a key that OpenSSL cannot read or does not know. The algorithm identifies a key that is not RSA.
    if unsafe X509_PUBKEY_get0(key) == nil {
      var algorithm: OpaquePointer?
      guard unsafe X509_PUBKEY_get0_param(&algorithm, nil, nil, nil, key) == 1,
        unsafe !KeyTypeName.isKnownToOpenSSL(algorithm)
      else { throw KeyError(.malformedKey, "a public key cannot be read: \(OpenSSLErrors.drain().summary)") }
      OpenSSLErrors.clear()
    }
    guard isBitStringWhole(in: der) else {
      throw KeyError(.malformedKey, "a public key cannot be read: it is not a whole number of bytes")
    }
    return try unsafe publicKey(ofStructure: key)
  }

  /// True if the BIT STRING after the algorithm begins with a count of zero unused bits.
  private static func isBitStringWhole(in der: Span<UInt8>) -> Bool {
    guard let outer = DER.contents(of: V_ASN1_SEQUENCE, in: der, at: 0),
      let algorithm = DER.contents(of: V_ASN1_SEQUENCE, in: der, at: outer.lowerBound),
      let bits = DER.contents(of: V_ASN1_BIT_STRING, in: der, at: algorithm.upperBound)?.first
    else { return false }
    return der[bits] == 0
  }

  /// Throws `malformed-key` for anything except a DER RSAPublicKey (RFC 8017, appendix A.1.1), and `trailing-data`.
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

  /// Reads an `X509_PUBKEY`; the caller keeps it.
  ///
  /// A key whose numbers cannot be read is of the kind `other`, so that a certificate around it can still be shown.
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

extension PSSRestriction {
  /// Reads RSASSA-PSS-params (RFC 4055, section 3.1), in which missing fields mean SHA-1 and a salt of 20 bytes.
  ///
  /// Parameters that cannot be read allow nothing.
  init(_ parameters: UnsafeMutablePointer<ASN1_TYPE>) {
    guard let memory = unsafe ASN1_TYPE_unpack_sequence(RSA_PSS_PARAMS_it(), parameters) else {
      self.init(digest: nil, maskDigest: nil, minimumSaltByteCount: .max)
      return
    }
    let values = unsafe memory.assumingMemoryBound(to: RSA_PSS_PARAMS.self)
    defer { unsafe RSA_PSS_PARAMS_free(values) }
    self.init(
      digest: unsafe values.pointee.hashAlgorithm.map { unsafe Self.digest($0) } ?? .sha1,
      maskDigest: unsafe values.pointee.maskGenAlgorithm.map { unsafe Self.maskDigest($0) } ?? .sha1,
      minimumSaltByteCount: unsafe Self.saltByteCount(values.pointee.saltLength))
  }

  private static func digest(_ algorithm: UnsafePointer<X509_ALGOR>) -> DigestAlgorithm? {
    switch unsafe OBJ_obj2nid(algorithm.pointee.algorithm) {
    case NID_sha1: .sha1
    case NID_sha256: .sha256
    case NID_sha384: .sha384
    case NID_sha512: .sha512
    default: nil
    }
  }

  private static func maskDigest(_ algorithm: UnsafePointer<X509_ALGOR>) -> DigestAlgorithm? {
    guard unsafe OBJ_obj2nid(algorithm.pointee.algorithm) == NID_mgf1,
      let memory = unsafe ASN1_TYPE_unpack_sequence(X509_ALGOR_it(), algorithm.pointee.parameter)
    else { return nil }
    let inner = unsafe memory.assumingMemoryBound(to: X509_ALGOR.self)
    defer { unsafe X509_ALGOR_free(inner) }
    return unsafe digest(inner)
  }

  private static func saltByteCount(_ integer: UnsafePointer<ASN1_INTEGER>?) -> Int {
    guard let integer = unsafe integer else { return 20 }
    var value: Int64 = 0
    guard unsafe ASN1_INTEGER_get_int64(&value, integer) == 1, value >= 0 else { return .max }
    return Int(value)
  }
}
