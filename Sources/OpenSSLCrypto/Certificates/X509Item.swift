internal import COpenSSL

/// Owns an `X509` read from the start of DER bytes.
@safe
struct X509Item: ~Copyable {
  let pointer: OpaquePointer
  /// How many of the bytes it took.
  let byteCount: Int

  /// Nil when there is none; the reason is then in the error queue.
  init?(_ der: Span<UInt8>) {
    OpenSSLErrors.clear()
    var certificate = unsafe X509_new_ex(LibraryContext.standard.pointer, nil)
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
}
