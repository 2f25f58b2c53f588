import Messages
internal import Signing

extension KeyError {
  /// `cryptography-failed`, with what is in the error queue: for calls that fail only when OpenSSL itself is in trouble.
  static func openSSL(_ action: String) -> KeyError {
    KeyError(.cryptographyFailed, "\(action) failed in OpenSSL: \(OpenSSLErrors.drain().summary)")
  }
}
