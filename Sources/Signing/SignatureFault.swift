public import Messages

/// What is wrong with a signature that was made elsewhere, as far as the signature itself shows it.
public struct SignatureFault: DiagnosticError, Hashable {
  /// The reasons, by their stable ids.
  @nonexhaustive
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// Not as long as the key's modulus.
    case wrongLength = "signature-wrong-length"
    /// The key's public key recovers nothing that was signed.
    case otherKey = "signature-of-another-key"
    /// The bytes are in reverse order, as Windows' CryptoAPI gives them.
    case byteOrder = "signature-byte-order"
    case pkcs1ForPSS = "signature-pkcs1-for-pss"
    case pssForPKCS1 = "signature-pss-for-pkcs1"
    /// PKCS #1 v1.5 over the bare digest, or over a DigestInfo with a wrong encoding.
    case digestInfo = "signature-without-digest-info"
    case wrongHash = "signature-wrong-hash"
    /// MGF1 of PSS uses another hash function than the signature.
    case maskHash = "signature-mask-hash"
    /// The salt of PSS is not as long as the digest (RFC 7518, section 3.5).
    case saltLength = "signature-salt-length"
    /// The signer hashed the digest that it was given.
    case digestHashed = "signature-digest-hashed-again"
    /// The hexadecimal text was signed instead of the bytes.
    case hexText = "signature-of-hex-text"
    case base64Text = "signature-of-base64-text"
    /// A line break after the signing input was signed as well.
    case newline = "signature-with-newline"
    /// A correct signature by the right key, over other content.
    case otherContent = "signature-of-other-content"
  }

  public let code: Code
  public let message: String
  public let hint: String?

  public var id: String { code.rawValue }

  public init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
