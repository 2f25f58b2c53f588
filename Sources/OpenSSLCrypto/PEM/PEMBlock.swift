internal import COpenSSL
internal import Signing

/// One block of PEM text (RFC 7468), its base64 decoded; wiped when it goes.
@safe
struct PEMBlock: ~Copyable {
  /// The words after `BEGIN`, such as `PRIVATE KEY`.
  let label: String
  // OpenSSL's strings and memory, which belong to this value alone.
  private let name, header: UnsafeMutablePointer<CChar>?
  private let data: UnsafeMutablePointer<UInt8>?
  private let dataByteCount: Int

  // Keep the memory apart, or at least wipe it.
  private static let flags = UInt32(PEM_FLAG_SECURE | PEM_FLAG_EAY_COMPATIBLE)

  /// Reads the next block, whatever stands before it; nil when there is none.
  ///
  /// Throws `malformed-pem` for one that begins and cannot be read.
  init?(from text: OpaquePointer, of subject: String) throws(KeyError) {
    OpenSSLErrors.clear()
    var name, header: UnsafeMutablePointer<CChar>?
    var data: UnsafeMutablePointer<UInt8>?
    var count = 0
    guard unsafe PEM_read_bio_ex(text, &name, &header, &data, &count, Self.flags) == 1 else {
      let errors = OpenSSLErrors.drain()
      if errors.contains(ERR_LIB_PEM, PEM_R_NO_START_LINE) { return nil }
      throw .malformedPEM(subject, errors.summary)
    }
    unsafe (self.name, self.header, self.data, dataByteCount) = unsafe (name, header, data, count)
    label = unsafe name.flatMap { unsafe String(validatingCString: $0) } ?? ""
  }

  deinit {
    unsafe CRYPTO_secure_clear_free(data, dataByteCount, nil, 0)
    unsafe CRYPTO_secure_free(header, nil, 0)
    unsafe CRYPTO_secure_free(name, nil, 0)
  }

  /// Lends the decoded bytes.
  borrowing func withBytes<Result: ~Copyable, E: Error>(_ body: (Span<UInt8>) throws(E) -> Result) throws(E) -> Result {
    try unsafe body(Span(_unsafeElements: UnsafeBufferPointer(start: data, count: dataByteCount)))
  }

  /// What the header says of encryption (RFC 1421, section 4.6.1.1), or nil for a block without a header.
  ///
  /// Throws `malformed-pem` for any other header (RFC 7468, section 2, allows none) and `unsupported-protection`.
  borrowing func encryption(of subject: String) throws(KeyError) -> PEMEncryption? {
    guard let header = unsafe header, unsafe header.pointee != 0 else { return nil }
    return try unsafe PEMEncryption(header: header, of: subject)
  }
}

extension KeyError {
  static func malformedPEM(_ subject: String, _ reason: String) -> KeyError {
    KeyError(
      .malformedPEM, "\(subject) has a PEM block that cannot be read: \(reason)", hint: "copy the file again, or export it again")
  }
}
