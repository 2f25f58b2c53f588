internal import COpenSSL
import Messages
internal import Signing

/// One extension of a new certificate, made without any configuration text.
@safe
final class CertificateExtension {
  // Made here and freed here; OpenSSL copies its arguments.
  private(set) nonisolated(unsafe) var pointer: OpaquePointer

  /// The number of bytes of a SHA-256 that identify a key (RFC 7093, section 2, method 1).
  static let keyIdentifierByteCount = 20

  private init(_ nid: Int32, isCritical: Bool, _ value: UnsafeMutableRawPointer?) throws(KeyError) {
    guard let value = unsafe value,
      let pointer = unsafe X509V3_EXT_i2d(nid, isCritical ? 1 : 0, value)
    else { throw .openSSL("encoding an extension") }
    unsafe self.pointer = pointer
  }

  deinit { unsafe X509_EXTENSION_free(pointer) }

  /// basicConstraints, critical, for a key that signs no certificates (RFC 5280, section 4.2.1.9).
  static func noAuthority() throws(KeyError) -> CertificateExtension {
    // A new one says CA:FALSE, which is the default and left out.
    let constraints = unsafe BASIC_CONSTRAINTS_new()
    defer { unsafe BASIC_CONSTRAINTS_free(constraints) }
    return try unsafe CertificateExtension(NID_basic_constraints, isCritical: true, constraints)
  }

  /// keyUsage, critical (RFC 5280, section 4.2.1.3).
  static func keyUsage(_ usage: [CertificateUsage.Key]) throws(KeyError) -> CertificateExtension {
    let bits = unsafe ASN1_BIT_STRING_new()
    defer { unsafe ASN1_BIT_STRING_free(bits) }
    for use in usage {
      guard unsafe ASN1_BIT_STRING_set_bit(bits, use.bit, 1) == 1 else { throw .openSSL("encoding a key usage") }
    }
    return try unsafe CertificateExtension(NID_key_usage, isCritical: true, bits)
  }

  /// extendedKeyUsage (RFC 5280, section 4.2.1.12).
  static func extendedKeyUsage(_ usage: [CertificateUsage.Extended]) throws(KeyError) -> CertificateExtension {
    let stack = unsafe OPENSSL_sk_new_null()
    // Objects that OpenSSL's table owns.
    defer { unsafe OPENSSL_sk_free(stack) }
    for use in usage {
      guard unsafe OPENSSL_sk_push(stack, UnsafeRawPointer(OBJ_nid2obj(use.nid))) > 0 else {
        throw .openSSL("encoding an extended key usage")
      }
    }
    return try unsafe CertificateExtension(NID_ext_key_usage, isCritical: false, UnsafeMutableRawPointer(stack))
  }

  /// subjectKeyIdentifier (RFC 5280, section 4.2.1.2).
  static func subjectKeyIdentifier(of publicKey: PublicKey) throws(KeyError) -> CertificateExtension {
    let identifier = try keyIdentifier(of: publicKey)
    let octets = unsafe ASN1_OCTET_STRING_new()
    defer { unsafe ASN1_OCTET_STRING_free(octets) }
    guard unsafe ASN1_OCTET_STRING_set(octets, identifier, Int32(identifier.count)) == 1 else {
      throw .openSSL("encoding a key identifier")
    }
    return try unsafe CertificateExtension(NID_subject_key_identifier, isCritical: false, octets)
  }

  /// The leftmost 160 bits of the SHA-256 of the bits of subjectPublicKey, without tag, length and unused bits (RFC
  /// 7093, section 2, method 1). keyroll relies on SHA-1 for nothing of its own.
  static func keyIdentifier(of publicKey: PublicKey) throws(KeyError) -> [UInt8] {
    let der = publicKey.subjectPublicKeyInfo
    guard let information = DER.contents(of: V_ASN1_SEQUENCE, in: der.span, at: 0),
      let algorithm = DER.contents(of: V_ASN1_SEQUENCE, in: der.span, at: information.lowerBound),
      let bits = DER.contents(of: V_ASN1_BIT_STRING, in: der.span, at: algorithm.upperBound), der[bits].first == 0
    else { throw KeyError(.malformedKey, "a public key cannot be read: it is not a SubjectPublicKeyInfo") }
    let key = Array(der[bits].dropFirst())
    return Array(try Digest.hash(key.span, with: .sha256).prefix(keyIdentifierByteCount))
  }
}

extension CertificateUsage.Key {
  /// Its place in the BIT STRING (RFC 5280, section 4.2.1.3).
  var bit: Int32 {
    switch self {
    case .digitalSignature: 0
    @unknown default: 0
    }
  }
}

extension CertificateUsage.Extended {
  var nid: Int32 {
    switch self {
    case .clientAuth: NID_client_auth
    @unknown default: NID_undef
    }
  }
}
