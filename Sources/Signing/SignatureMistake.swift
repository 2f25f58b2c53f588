/// A known way of signing something else than the message.
@nonexhaustive
public enum SignatureMistake: Sendable, Hashable, CaseIterable {
  /// A line break was signed along, as `echo` without `-n` adds it.
  case trailingLineBreak
  /// The hexadecimal text of a digest was passed for a digest, as published samples for vaults do.
  case hexadecimalDigest
}

extension SignatureVerifier {
  /// The mistake by which a signature that is not valid came about, where it is a known one.
  ///
  /// It changes nothing about the signature, which stays bad. Costs a few verifications.
  public func mistake(
    in signature: Span<UInt8>, by algorithm: SignatureAlgorithm, for message: Span<UInt8>
  ) -> SignatureMistake? {
    for lineBreak in [[0x0A], [0x0D, 0x0A]] as [[UInt8]] {
      let signed = [UInt8](copying: message) + lineBreak
      if isValid(signature, by: algorithm, for: signed.span) { return .trailingLineBreak }
    }
    return isOverHexadecimalDigest(signature, by: algorithm, for: message) ? .hexadecimalDigest : nil
  }

  /// False: a verifier without digests of its own cannot tell.
  public func isOverHexadecimalDigest(
    _ signature: Span<UInt8>, by algorithm: SignatureAlgorithm, for message: Span<UInt8>
  ) -> Bool { false }
}
