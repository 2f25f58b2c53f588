import Keyroll
import OpenSSLBaseline

/// The key of a PEM file in the hands of the bare OpenSSL calls.
@safe
final class BareKey {
  private let key: UnsafeMutableRawPointer
  private var signature = [UInt8](repeating: 0, count: 1024)

  init?(path: String) {
    guard let key = unsafe baseline_open(path) else { return nil }
    unsafe self.key = key
  }

  deinit { unsafe baseline_close(key) }

  /// Returns the length of the signature, which `verify` then looks at.
  func sign(_ message: [UInt8]) -> Int {
    unsafe message.withUnsafeBufferPointer { message in
      guard let start = message.baseAddress else { return 0 }
      return unsafe baseline_sign(key, start, message.count, &signature, signature.count)
    }
  }

  func verify(_ message: [UInt8], signatureByteCount: Int) -> Bool {
    unsafe message.withUnsafeBufferPointer { message in
      guard let start = message.baseAddress else { return false }
      return unsafe baseline_verify(key, start, message.count, signature, signatureByteCount) == 1
    }
  }
}
