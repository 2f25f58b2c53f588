internal import COpenSSL
internal import Signing

/// Text with blocks between `-----BEGIN …-----` and `-----END …-----` (RFC 7468), read as OpenSSL reads it.
enum PEMText {
  private static let start = Array("-----BEGIN ".utf8)
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// True when a block begins anywhere in the bytes.
  static func begins(in bytes: Span<UInt8>) -> Bool {
    guard bytes.count >= start.count else { return false }
    for position in 0...(bytes.count - start.count) where bytes[position] == start[0] {
      if start.indices.allSatisfy({ bytes[position + $0] == start[$0] }) { return true }
    }
    return false
  }

  /// Lends each block in turn; throws `malformed-pem` for one that cannot be read, and what `body` throws.
  static func forEachBlock(
    in bytes: Span<UInt8>, of subject: String, _ body: (borrowing PEMBlock) throws(KeyError) -> Void
  ) throws(KeyError) {
    let hasMark = bytes.count >= byteOrderMark.count && byteOrderMark.indices.allSatisfy { bytes[$0] == byteOrderMark[$0] }
    let text = hasMark ? bytes.extracting(byteOrderMark.count...) : bytes
    try unsafe text.withUnsafeBufferPointer { (buffer) throws(KeyError) in
      guard let input = unsafe BIO_new_mem_buf(buffer.baseAddress, Int32(clamping: buffer.count)) else {
        throw .openSSL("reading \(subject)")
      }
      defer { unsafe BIO_free(input) }
      while let block = try unsafe PEMBlock(from: input, of: subject) { try body(block) }
    }
  }
}
