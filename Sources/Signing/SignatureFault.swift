public import Messages

/// What is wrong with a signature that was made elsewhere, as far as the signature itself tells.
public struct SignatureFault: DiagnosticError, Hashable {
  /// The reasons, by their stable ids.
  @nonexhaustive
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// Not as long as the key's modulus.
    case wrongLength = "signature-wrong-length"
    /// Nothing that was signed comes out under the key's public key.
    case otherKey = "signature-of-another-key"
    /// The bytes are in reverse order, as Windows' CryptoAPI keeps them.
    case byteOrder = "signature-byte-order"
    case pkcs1ForPSS = "signature-pkcs1-for-pss"
    case pssForPKCS1 = "signature-pss-for-pkcs1"
    /// PKCS #1 v1.5 over the bare digest, or over a DigestInfo that is not encoded as it must be.
    case digestInfo = "signature-without-digest-info"
    case wrongHash = "signature-wrong-hash"
    /// MGF1 of PSS rests on another hash function than the signature.
    case maskHash = "signature-mask-hash"
    /// The salt of PSS is not as long as the digest (RFC 7518, section 3.5).
    case saltLength = "signature-salt-length"
    /// The signer hashed the digest that it was given.
    case digestHashed = "signature-digest-hashed-again"
    /// Not the bytes were signed, but their hexadecimal text.
    case hexText = "signature-of-hex-text"
    case base64Text = "signature-of-base64-text"
    /// A line break after the signing input was signed too.
    case newline = "signature-with-newline"
    /// Well made by the right key, over something else.
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
