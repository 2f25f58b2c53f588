import Messages
internal import Signing

extension KeyError {
  /// `unsupported-protection`: the algorithm is named, never taken for a wrong password.
  static func unsupportedProtection(by algorithm: String, of subject: String) -> KeyError {
    KeyError(
      .unsupportedProtection,
      "\(naming: subject) is protected by \(algorithm), which OpenSSL on this machine does not offer",
      hint: "install OpenSSL's legacy provider if it is apart, or export the key again with AES-256 and SHA-256")
  }
}
