import Encodings
internal import Signing

extension RSAPublicNumbers {
  /// Reads an RSAPublicKey (RFC 8017, appendix A.1.1); nil for anything but exactly one, with two positive numbers.
  init?(rsaPublicKey der: Span<UInt8>) {
    guard let (integers, end) = DER.integers(inSequence: der), end == der.count, integers.count == 2,
      !DER.isAnyNegative(integers, in: der)
    else { return nil }
    self.init(
      modulus: [UInt8](copying: der.extracting(integers[0])), exponent: [UInt8](copying: der.extracting(integers[1])))
    if modulus.isEmpty || exponent.isEmpty { return nil }
  }

  /// The RSAPublicKey in DER.
  var rsaPublicKey: [UInt8] {
    DER.element(0x30, containing: DER.integer(modulus) + DER.integer(exponent))
  }
}
