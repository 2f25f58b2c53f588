import Glibc
import System

/// Writing to an open file descriptor.
enum FileOutput {
  /// Writes all the bytes, or gives the reason why not.
  static func write(_ bytes: Span<UInt8>, to descriptor: Int32) -> SystemReason? {
    unsafe bytes.bytes.withUnsafeBytes { bytes in
      var rest = unsafe bytes[...]
      while unsafe !rest.isEmpty {
        let written = unsafe Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written > 0 {
          unsafe rest = rest.dropFirst(written)
        } else if errno != EINTR {
          return SystemReason.last
        }
      }
      return nil
    }
  }
}
