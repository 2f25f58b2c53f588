internal import Signing

extension RSASigner {
  /// Signs a fixed message and verifies it with the public key: true when the signature is good.
  ///
  /// Throws what `RSASignatureVerifier.init(_:)` throws.
  func canSign() throws(KeyError) -> Bool {
    let message = Array("trial of a key that was just opened".utf8)
    let verifier = try RSASignatureVerifier(publicKey)
    guard let signature = try? sign(message.span) else { return false }
    return verifier.isValid(signature.bytes.span, by: algorithm, for: message.span)
  }
}
