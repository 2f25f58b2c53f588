/// Calls OpenSSL's `i2d_…` and `d2i_…` functions, whose pointers move.
enum DER {
  /// Calls `encode` twice, for the length and for the bytes; nil when either fails.
  static func encoding(
    _ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
  ) -> [UInt8]? {
    let length = Int(encode(nil))
    guard length > 0 else { return nil }
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
      var position = buffer.baseAddress
      // The second call gives the same length, or fails.
      count = unsafe max(0, min(length, Int(encode(&position))))
    }
    return bytes.count == length ? bytes : nil
  }

  /// Returns how many bytes `decode` took, or nil when it returned false.
  static func decode(
    _ bytes: Span<UInt8>, _ decode: (inout UnsafePointer<UInt8>?, Int) -> Bool
  ) -> Int? {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return nil }
      var position: UnsafePointer<UInt8>? = unsafe start
      guard unsafe decode(&position, buffer.count), let end = unsafe position else { return nil }
      return unsafe end - start
    }
  }
}
