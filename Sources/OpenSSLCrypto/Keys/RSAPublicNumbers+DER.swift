internal import COpenSSL
internal import Signing

extension RSAPublicNumbers {
  /// Reads an RSAPublicKey (RFC 8017, appendix A.1.1); nil for anything but exactly one, with two positive numbers.
  init?(rsaPublicKey der: Span<UInt8>) {
    guard let numbers = ASN1Text.integers(inSequence: der), numbers.count == 2,
      !numbers[0].isEmpty, !numbers[1].isEmpty
    else { return nil }
    self.init(modulus: numbers[0], exponent: numbers[1])
  }
}
