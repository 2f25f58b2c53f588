internal import COpenSSL
import Encodings
import Messages
package import Signing

/// Reads X.509 certificates with OpenSSL.
package struct OpenSSLCertificateReader {
  package init() {}

  /// Throws `malformed-certificate`, or `trailing-data` if something follows the certificate.
  package func certificate(der: Span<UInt8>) throws(KeyError) -> Certificate {
    defer { OpenSSLErrors.clear() }
    let certificate = try Self.item(der)
    if certificate.byteCount != der.count { throw .trailingCertificateData(der.count - certificate.byteCount) }
    return try unsafe Self.certificate(certificate.pointer, der: [UInt8](copying: der))
  }

  /// Reads a certificate with OpenSSL's own trust settings after it, which are dropped.
  func certificate(derWithTrustSettings bytes: Span<UInt8>) throws(KeyError) -> Certificate {
    let certificate = try Self.item(bytes)
    let der = bytes.extracting(..<certificate.byteCount)
    let rest = bytes.extracting(certificate.byteCount...)
    if unsafe !rest.isEmpty && ASN1Item(whole: rest, as: X509_CERT_AUX_it()) == nil {
      throw .trailingCertificateData(rest.count)
    }
    return try unsafe Self.certificate(certificate.pointer, der: [UInt8](copying: der))
  }

  static func item(_ der: Span<UInt8>) throws(KeyError) -> X509Item {
    // Its key is read from its bytes, and its signature is not judged.
    guard let certificate = X509Item(der, in: .empty) else {
      throw .malformedCertificate(OpenSSLErrors.drain().summary)
    }
    return certificate
  }

  /// Reads an `X509`; the caller keeps it.
  private static func certificate(_ certificate: OpaquePointer, der: [UInt8]) throws(KeyError) -> Certificate {
    guard let key = unsafe X509_get_X509_PUBKEY(certificate) else {
      throw .malformedCertificate("it has no public key")
    }
    let signature = unsafe CertificateSignature(of: certificate)
    return Certificate(
      der: der,
      publicKey: try unsafe PublicKeyReader.publicKey(ofStructure: key),
      subject: try unsafe CertificateName.text(X509_get_subject_name(certificate)),
      issuer: try unsafe CertificateName.text(X509_get_issuer_name(certificate)),
      subjectDER: try unsafe CertificateName.der(X509_get_subject_name(certificate)),
      issuerDER: try unsafe CertificateName.der(X509_get_issuer_name(certificate)),
      serialNumber: unsafe serialNumber(of: certificate),
      notBefore: try unsafe seconds(X509_get0_notBefore(certificate), "notBefore"),
      notAfter: try unsafe seconds(X509_get0_notAfter(certificate), "notAfter"),
      allowsDigitalSignature: unsafe allowsDigitalSignature(certificate),
      signatureAlgorithmName: signature.name,
      hasWeakSignature: signature.isWeak,
      sha1Thumbprint: try Digest.hash(der.span, with: .sha1),
      sha256Thumbprint: try Digest.hash(der.span, with: .sha256))
  }

  private static func serialNumber(of certificate: OpaquePointer) -> [UInt8] {
    guard let serial = unsafe X509_get0_serialNumber(certificate) else { return [] }
    return unsafe Array(ASN1Text.bytes(of: serial).drop { $0 == 0 })
  }

  private static func seconds(_ time: UnsafePointer<ASN1_TIME>?, _ name: String) throws(KeyError) -> Int64 {
    guard let time = unsafe time, let seconds = unsafe ASN1Text.seconds(time) else {
      throw .malformedCertificate("its \(name) is not a time")
    }
    return seconds
  }

  private static func allowsDigitalSignature(_ certificate: OpaquePointer) -> Bool {
    // -1: there is no such extension. An unreadable or repeated one allows nothing.
    var presence: Int32 = 0
    let extensionValue = unsafe X509_get_ext_d2i(certificate, NID_key_usage, &presence, nil)
    guard let extensionValue = unsafe extensionValue else { return presence == -1 }
    let bits = unsafe extensionValue.assumingMemoryBound(to: ASN1_BIT_STRING.self)
    defer { unsafe ASN1_BIT_STRING_free(bits) }
    return unsafe ASN1_BIT_STRING_get_bit(bits, 0) == 1
  }
}

extension KeyError {
  static func malformedCertificate(_ reason: String) -> KeyError {
    KeyError(
      .malformedCertificate, "a certificate cannot be read: \(reason)", hint: "give one X.509 certificate as DER or PEM"
    )
  }

  static func trailingCertificateData(_ byteCount: Int) -> KeyError {
    KeyError(.trailingData, "\(byteCount) bytes follow a certificate", hint: "export the certificate again")
  }
}

/// Owns an `X509` read from the start of DER bytes.
@safe
struct X509Item: ~Copyable {
  let pointer: OpaquePointer
  /// The number of bytes that it took.
  let byteCount: Int

  /// Nil if there is none; the reason is then in the error queue. Only in `standard` does OpenSSL know its key.
  init?(_ der: Span<UInt8>, in library: LibraryContext = .standard) {
    OpenSSLErrors.clear()
    var certificate = unsafe X509_new_ex(library.pointer, nil)
    // On failure the certificate is freed and the pointer cleared.
    let consumed = unsafe DER.decode(der) { position, count in unsafe d2i_X509(&certificate, &position, count) != nil }
    guard let consumed, let certificate = unsafe certificate else {
      unsafe X509_free(certificate)
      return nil
    }
    unsafe pointer = certificate
    byteCount = consumed
  }

  deinit { unsafe X509_free(pointer) }

  /// Its key as OpenSSL works with it, which stays the certificate's; nil if OpenSSL did not decode it.
  var key: OpaquePointer? { unsafe X509_get0_pubkey(pointer) }
}

/// The two forms of an `X509_NAME`.
enum CertificateName {
  /// RFC 4514 text in UTF-8, special and control characters escaped.
  static func text(_ name: OpaquePointer?) throws(KeyError) -> String {
    guard let name = unsafe name, let output = unsafe BIO_new(BIO_s_mem()) else { throw .openSSL("printing a name") }
    defer { unsafe BIO_free(output) }
    guard unsafe X509_NAME_print_ex(output, name, 0, COpenSSL_nameFlags) >= 0 else {
      throw .malformedCertificate("a name in it cannot be printed")
    }
    guard let text = unsafe String(validating: ASN1Text.contents(of: output), as: UTF8.self) else {
      throw .malformedCertificate("a name in it is not text")
    }
    return text
  }

  static func der(_ name: OpaquePointer?) throws(KeyError) -> [UInt8] {
    guard let name = unsafe name, let der = unsafe DER.encoding({ output in unsafe i2d_X509_NAME(name, output) }) else {
      throw .openSSL("encoding a name")
    }
    return der
  }
}

/// The algorithm that the issuer of a certificate signed it with.
struct CertificateSignature {
  /// For example `sha256WithRSAEncryption`.
  let name: String
  /// True if it uses SHA-1 or an older digest.
  let isWeak: Bool

  init(of certificate: OpaquePointer) {
    let nid = unsafe X509_get_signature_nid(certificate)
    var digest = NID_undef
    if nid == NID_rsassaPss {
      // The digest is in the parameters.
      _ = unsafe X509_get_signature_info(certificate, &digest, nil, nil, nil)
    } else {
      _ = unsafe OBJ_find_sigid_algs(nid, &digest, nil)
    }
    isWeak = [NID_sha1, NID_md5, NID_md4, NID_md2, NID_md5_sha1].contains(digest)
    name = unsafe X509_get0_tbs_sigalg(certificate).map { unsafe ASN1Text.name(of: $0.pointee.algorithm) } ?? "unknown"
  }
}
