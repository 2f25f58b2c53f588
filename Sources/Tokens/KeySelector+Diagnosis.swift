import Signing

extension KeySelector {
  /// What a signature is instead, that this key has refused, or nil where no more is certain than that it is bad.
  func fault(
    in token: UnverifiedToken, by algorithm: SignatureAlgorithm, under key: TrustedKey
  ) -> SignatureFault? {
    let serialization = token.serialization
    // What is missing altogether, the check of the segment says.
    guard key.allows(algorithm), !serialization.signature.isEmpty,
      serialization.signingInputByteCount <= Limits.diagnosedByteCount
    else { return nil }
    let fault = cryptography.fault(
      in: serialization.signature.span, by: algorithm,
      for: serialization.text.span.extracting(..<serialization.signingInputByteCount),
      under: key.verifier.publicKey, among: [])
    switch fault.code {
    // A token that was altered has either, by what was altered in it: neither says more than a bad signature does.
    case .otherKey, .otherContent: return nil
    default: return fault
    }
  }
}
