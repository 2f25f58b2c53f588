internal import COpenSSL

/// Owns an `X509_REQ` read from the start of DER bytes.
@safe
struct X509RequestItem: ~Copyable {
  let pointer: OpaquePointer
  /// The number of bytes that it took.
  let byteCount: Int

  /// Nil if there is none; the reason is then in the error queue.
  init?(_ der: Span<UInt8>) {
    OpenSSLErrors.clear()
    var request = unsafe X509_REQ_new_ex(LibraryContext.standard.pointer, nil)
    // On failure the request is freed and the pointer cleared.
    let consumed = unsafe DER.decode(der) { position, count in unsafe d2i_X509_REQ(&request, &position, count) != nil }
    guard let consumed, let request = unsafe request else {
      unsafe X509_REQ_free(request)
      return nil
    }
    unsafe pointer = request
    byteCount = consumed
  }

  deinit { unsafe X509_REQ_free(pointer) }
}
