extension Array where Element == UInt8 {
  /// Copies the bytes of a span.
  public init(copying bytes: Span<UInt8>) {
    // The buffer is valid for the call, and the array takes its own copy.
    self = unsafe bytes.withUnsafeBufferPointer { buffer in unsafe Array(buffer) }
  }

  /// Copies the bytes of a span onto the end.
  public mutating func append(copying bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { buffer in unsafe append(contentsOf: buffer) }
  }
}
