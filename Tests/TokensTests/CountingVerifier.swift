import Signing
import SigningTesting

/// Counts the signatures that it judges, none of which is good.
struct CountingVerifier: SignatureVerifier {
  let publicKey = PublicKey.fake()
  let calls: CallCount

  func isValid(_ signature: Span<UInt8>, by algorithm: SignatureAlgorithm, for message: Span<UInt8>) -> Bool {
    calls.increment()
    return false
  }
}
