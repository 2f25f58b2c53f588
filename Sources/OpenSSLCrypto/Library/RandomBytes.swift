internal import COpenSSL
internal import Signing

/// Random bytes for secrets, from the generator of our own library context.
enum RandomBytes {
  /// Throws `cryptography-failed` if OpenSSL gets none from the system.
  static func make(_ count: Int) throws(KeyError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    OpenSSLErrors.clear()
    guard unsafe RAND_bytes_ex(LibraryContext.standard.pointer, &bytes, bytes.count, 0) == 1 else {
      throw .openSSL("drawing random bytes")
    }
    return bytes
  }
}
