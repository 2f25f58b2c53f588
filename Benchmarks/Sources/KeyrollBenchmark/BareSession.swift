import PKCS11Baseline

/// A session with a token in the hands of the bare PKCS #11 calls, for one thread at a time.
@safe
final class BareSession {
  private let session: UnsafeMutableRawPointer
  private var signature = [UInt8](repeating: 0, count: 1024)

  init(module: String, token: String, key: String, pinFile: String) throws(BenchmarkError) {
    guard let session = unsafe pkcs11_baseline_open(module, token, key, pinFile) else {
      throw BenchmarkError("the bare calls find no key \(key) on the token \(token)")
    }
    unsafe self.session = session
  }

  deinit { unsafe pkcs11_baseline_close(session) }

  /// Returns the length of the signature, 0 for none.
  func sign(_ message: [UInt8]) -> Int {
    unsafe message.withUnsafeBufferPointer { message in
      guard let start = message.baseAddress else { return 0 }
      return unsafe pkcs11_baseline_sign(session, start, message.count, &signature, signature.count)
    }
  }
}
