internal import COpenSSL

/// What the first two elements of a DER SEQUENCE say that it is.
enum DERKind: Sendable {
  case privateKey(PrivateKeyForm)
  case certificate
  /// SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7).
  case publicKey
  /// RSAPublicKey (RFC 8017, appendix A.1.1).
  case rsaPublicKey
  case other

  /// Judges by types alone: what does not fit, the reader of that kind finds.
  init(of der: Span<UInt8>) {
    self = Self.kind(of: der) ?? .other
  }

  private static func kind(of der: Span<UInt8>) -> DERKind? {
    // The end may be cut off, so the length of the whole is not looked at.
    guard der.count > 2, der[0] == 0x30 else { return nil }
    let start = der[1] < 0x80 ? 2 : 2 + Int(der[1] & 0x7F)
    if let first = DER.contents(of: V_ASN1_INTEGER, in: der, at: start), first.upperBound < der.count {
      let isVersion = first.count == 1
      switch der[first.upperBound] {
      case 0x30: return .privateKey(.pkcs8)
      case 0x04: return .privateKey(.traditional)
      // A DSA key has six numbers, an RSA key nine.
      case 0x02 where isVersion:
        return .privateKey(DER.integers(inSequence: der)?.contents.count == 6 ? .traditional : .pkcs1)
      case 0x02: return .rsaPublicKey
      default: return nil
      }
    }
    guard let first = DER.contents(of: V_ASN1_SEQUENCE, in: der, at: start), first.upperBound < der.count else {
      return nil
    }
    switch der[first.upperBound] {
    case 0x04: return .privateKey(.encryptedPKCS8)
    case 0x03: return .publicKey
    case 0x30: return .certificate
    default: return nil
    }
  }
}
