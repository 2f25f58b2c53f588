internal import COpenSSL
import Encodings
import Messages
internal import Signing

/// An `X509` without a signature, for its to-be-signed bytes (RFC 5280, section 4.1.2).
@safe
struct CertificateBuilder: ~Copyable {
  private let certificate: OpaquePointer

  init() throws(KeyError) {
    OpenSSLErrors.clear()
    guard let certificate = unsafe X509_new_ex(LibraryContext.standard.pointer, nil) else {
      throw .openSSL("making a certificate")
    }
    unsafe self.certificate = certificate
  }

  deinit { unsafe X509_free(certificate) }

  /// Fills it in, once.
  func toBeSigned(
    _ contents: CertificateContents, publicKey: PublicKey, algorithmIdentifier: [UInt8]
  ) throws(KeyError) -> [UInt8] {
    let extensions = try [
      CertificateExtension.noAuthority(),
      CertificateExtension.keyUsage(contents.usage.key),
      CertificateExtension.extendedKeyUsage(contents.usage.extended),
      CertificateExtension.subjectKeyIdentifier(of: publicKey),
    ]
    defer { withExtendedLifetime(extensions) {} }
    // The number of version 3 is 2.
    try unsafe require(X509_set_version(certificate, 2) == 1)
    try require(setSerialNumber(contents.serialNumber))
    try setNames(contents.subject)
    try require(setDates(contents.life))
    let hasKey = try unsafe EncodedPublicKey(publicKey).with { key in unsafe X509_set_pubkey(certificate, key) == 1 }
    try require(hasKey)
    for element in extensions { try unsafe require(X509_add_ext(certificate, element.pointer, -1) == 1) }
    try require(setAlgorithm(algorithmIdentifier))
    // It drops the cached encoding, so it comes after the last change.
    guard let der = unsafe DER.encoding({ output in unsafe i2d_re_X509_tbs(certificate, output) }) else {
      throw .openSSL("encoding a certificate")
    }
    return der
  }

  private func require(_ isDone: Bool) throws(KeyError) {
    if !isDone { throw .openSSL("encoding a certificate") }
  }

  private func setSerialNumber(_ number: [UInt8]) -> Bool {
    let value = unsafe BN_bin2bn(number, Int32(clamping: number.count), nil)
    defer { unsafe BN_free(value) }
    let integer = unsafe BN_to_ASN1_INTEGER(value, nil)
    defer { unsafe ASN1_INTEGER_free(integer) }
    return unsafe integer != nil && X509_set_serialNumber(certificate, integer) == 1
  }

  private func setNames(_ subject: CertificateSubject) throws(KeyError) {
    let der = subject.der
    let name = try NameItem(der.span)
    defer { withExtendedLifetime(name) {} }
    try unsafe require(
      X509_set_subject_name(certificate, name.pointer) == 1 && X509_set_issuer_name(certificate, name.pointer) == 1)
  }

  private func setDates(_ life: CertificateLife) -> Bool {
    unsafe Self.withTime(life.notBefore) { unsafe X509_set1_notBefore(certificate, $0) == 1 }
      && Self.withTime(life.notAfter) { unsafe X509_set1_notAfter(certificate, $0) == 1 }
  }

  /// Passes the closure a UTCTime up to 2049 and a GeneralizedTime from 2050 on (RFC 5280, section 4.1.2.5).
  private static func withTime(_ seconds: Int64, _ body: (UnsafePointer<ASN1_TIME>) -> Bool) -> Bool {
    let digits = CalendarDay.text(ofSecondsSince1970: seconds).filter(\.isASCII).filter(\.isWholeNumber)
    guard let time = unsafe ASN1_TIME_new() else { return false }
    defer { unsafe ASN1_TIME_free(time) }
    return unsafe ASN1_TIME_set_string_X509(time, digits + "Z") == 1 && body(time)
  }

  private func setAlgorithm(_ identifier: [UInt8]) -> Bool {
    var algorithm: UnsafeMutablePointer<X509_ALGOR>?
    defer { unsafe X509_ALGOR_free(algorithm) }
    let consumed = unsafe DER.decode(identifier.span) { position, count in
      unsafe d2i_X509_ALGOR(&algorithm, &position, count) != nil
    }
    guard consumed == identifier.count, let inner = unsafe X509_get0_tbs_sigalg(certificate) else { return false }
    // OpenSSL offers no other way to the inner algorithm. It belongs to the certificate of this object alone.
    return unsafe X509_ALGOR_copy(UnsafeMutablePointer(mutating: inner), algorithm) == 1
  }
}

/// An `X509_REQ` without a signature, for its to-be-signed bytes (RFC 2986, section 4.1).
@safe
struct CertificateRequestBuilder: ~Copyable {
  private let request: OpaquePointer

  init() throws(KeyError) {
    OpenSSLErrors.clear()
    guard let request = unsafe X509_REQ_new_ex(LibraryContext.standard.pointer, nil) else {
      throw .openSSL("making a certificate request")
    }
    unsafe self.request = request
  }

  deinit { unsafe X509_REQ_free(request) }

  /// Fills it in, once.
  func toBeSigned(_ contents: CertificateRequestContents, publicKey: PublicKey) throws(KeyError) -> [UInt8] {
    let subject = contents.subject.der
    let name = try NameItem(subject.span)
    let extensions = try [
      CertificateExtension.keyUsage(contents.usage.key),
      CertificateExtension.extendedKeyUsage(contents.usage.extended),
    ]
    let stack = unsafe OPENSSL_sk_new_null()
    // The stack does not own its elements, and an optimized build frees the extensions after the last line that names
    // them.
    defer {
      unsafe OPENSSL_sk_free(stack)
      withExtendedLifetime((extensions, name)) {}
    }
    var isDone = unsafe X509_REQ_set_version(request, 0) == 1 && X509_REQ_set_subject_name(request, name.pointer) == 1
    let hasKey = try unsafe EncodedPublicKey(publicKey).with { key in unsafe X509_REQ_set_pubkey(request, key) == 1 }
    for element in extensions {
      isDone = unsafe isDone && OPENSSL_sk_push(stack, UnsafeRawPointer(element.pointer)) > 0
    }
    isDone = unsafe isDone && hasKey && X509_REQ_add_extensions(request, stack) == 1
    guard isDone, let der = unsafe DER.encoding({ output in unsafe i2d_re_X509_REQ_tbs(request, output) }) else {
      throw .openSSL("encoding a certificate request")
    }
    return der
  }
}

/// Passes the closure the key of a SubjectPublicKeyInfo in OpenSSL's form.
struct EncodedPublicKey {
  private let publicKey: PublicKey

  init(_ publicKey: PublicKey) { self.publicKey = publicKey }

  /// Throws `malformed-key` if OpenSSL cannot read the key.
  func with<Result>(_ body: (OpaquePointer) -> Result) throws(KeyError) -> Result {
    let der = publicKey.subjectPublicKeyInfo
    var key: OpaquePointer?
    defer { unsafe EVP_PKEY_free(key) }
    let consumed = unsafe DER.decode(der.span) { position, count in
      unsafe key = d2i_PUBKEY_ex(nil, &position, count, LibraryContext.standard.pointer, nil)
      return unsafe key != nil
    }
    guard consumed == der.count, let key = unsafe key else {
      throw KeyError(.malformedKey, "a public key cannot be read: \(OpenSSLErrors.drain().summary)")
    }
    return unsafe body(key)
  }
}
