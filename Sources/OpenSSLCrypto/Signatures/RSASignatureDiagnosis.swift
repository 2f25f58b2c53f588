import Encodings
import Messages
package import Signing

/// Tells by the public key how an RSA signature was made that does not verify.
package struct RSASignatureDiagnosis {
  package init() {}

  package func fault(
    in signature: Span<UInt8>, by algorithm: SignatureAlgorithm, for message: Span<UInt8>, under publicKey: PublicKey,
    among certificates: [Certificate]
  ) -> SignatureFault {
    let bytes = [UInt8](copying: signature)
    let message = [UInt8](copying: message)
    do throws(KeyError) {
      let contents = try SignedContent.candidates(for: message, algorithm.digest)
      if let numbers = publicKey.rsa, bytes.count == numbers.modulus.count {
        if let anatomy = try anatomy(of: bytes, numbers, contents) {
          return SignatureFault(anatomy, instead: algorithm)
        }
        if try anatomy(of: bytes.reversed(), numbers, contents) != nil {
          return SignatureFault(
            .byteOrder, "the signature's bytes stand in reverse order, the least significant first",
            hint: "turn them round: Windows' CryptoAPI gives them so")
        }
      }
      for certificate in certificates {
        guard let numbers = certificate.publicKey.rsa, bytes.count == numbers.modulus.count,
          try anatomy(of: bytes, numbers, contents) != nil
        else { continue }
        return SignatureFault(
          .otherKey, "the signature was made by the key of another certificate: \(certificate.summary)",
          hint: "sign with the key of the request's certificate, or prepare for the certificate of this key")
      }
    } catch {
      return SignatureFault(.otherKey, "the signature does not verify, and why is not known: \(error.message)")
    }
    return shortfall(bytes, algorithm, message, publicKey)
      ?? SignatureFault(
        .otherKey, "the signature was not made by the key of the certificate, or was changed on its way",
        hint: certificates.isEmpty
          ? "to be told whose it is, give the certificates of other keys by --certificate" : nil
      )
  }

  private func anatomy(
    of signature: [UInt8], _ numbers: RSAPublicNumbers, _ contents: [SignedContent]
  ) throws(KeyError) -> SignatureAnatomy? {
    guard let encoded = RSAPublicOperation.encodedMessage(of: signature, under: numbers) else { return nil }
    return try SignatureAnatomy(encoded, bitCount: numbers.bitCount, contents)
  }

  /// Nil for a signature of the right length.
  private func shortfall(
    _ bytes: [UInt8], _ algorithm: SignatureAlgorithm, _ message: [UInt8], _ publicKey: PublicKey
  ) -> SignatureFault? {
    let expected = publicKey.rsa?.modulus.count ?? 0
    let missing = expected - bytes.count
    if missing == 0 { return nil }
    let text = "the signature has \(bytes.count) bytes, and one of this key, \(publicKey.summary), has \(expected)"
    let whole = [UInt8](repeating: 0, count: max(missing, 0)) + bytes
    if missing > 0, let verifier = try? RSASignatureVerifier(publicKey),
      verifier.isValid(whole.span, by: algorithm, for: message.span)
    {
      return SignatureFault(
        .wrongLength, "\(text): leading zero bytes are missing", hint: "put \(missing) zero bytes in front of it")
    }
    return SignatureFault(.wrongLength, text, hint: "give the whole signature and nothing else")
  }
}
