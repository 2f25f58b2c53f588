import Encodings
import Messages
package import Signing

/// Finds out with the public key how an RSA signature was made that does not verify.
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
            .byteOrder, "the signature's bytes are in reverse order, the least significant first",
            hint: "reverse them: Windows' CryptoAPI returns them this way")
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
      return SignatureFault(.otherKey, "the signature does not verify, for an unknown reason: \(error.message)")
    }
    return shortfall(bytes, algorithm, message, publicKey)
      ?? SignatureFault(
        .otherKey, "the signature was not made by the key of the certificate, or was changed on its way",
        hint: certificates.isEmpty
          ? "to find out whose it is, give the certificates of other keys" : nil
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

extension SignatureFault {
  /// Says how a signature was made, and how it should have been made.
  init(_ anatomy: SignatureAnatomy, instead algorithm: SignatureAlgorithm) {
    let wanted = SignatureAnatomy.Encoding(algorithm)
    let code = Self.code(anatomy, algorithm, wanted)
    self.init(
      code,
      "the signature is \(Self.text(anatomy.encoding, anatomy.digest)) over \(Self.text(anatomy))"
        + ", and \(algorithm.rawValue) is \(Self.text(wanted, algorithm.digest)) over the signing input",
      hint: Self.hint(code, algorithm))
  }

  /// The first part that is wrong, from the outside in.
  private static func code(
    _ anatomy: SignatureAnatomy, _ algorithm: SignatureAlgorithm, _ wanted: SignatureAnatomy.Encoding
  ) -> Code {
    switch (anatomy.encoding, wanted) {
    case (.pss, .pss): break
    case (.pss, _): return .pssForPKCS1
    case (_, .pss): return .pkcs1ForPSS
    default: break
    }
    if let code = code(anatomy.content, isHashed: anatomy.isHashed) { return code }
    if anatomy.encoding == .bare || anatomy.encoding == .digestInfoWithoutNull { return .digestInfo }
    if anatomy.digest != algorithm.digest { return .wrongHash }
    if case (.pss(let mask, let saltByteCount), .pss(let wantedMask, let wantedByteCount)) = (anatomy.encoding, wanted)
    {
      if mask != wantedMask { return .maskHash }
      if saltByteCount != wantedByteCount { return .saltLength }
    }
    return .otherContent
  }

  /// Nil if the content is right, or unknown.
  private static func code(_ content: SignedContent.Kind?, isHashed: Bool) -> Code? {
    switch content {
    case .messageWithNewline: .newline
    case .digest, .digestInfo: isHashed ? .digestHashed : nil
    case .hexText: .hexText
    case .base64Text: .base64Text
    case .message, nil: nil
    }
  }

  private static func text(_ encoding: SignatureAnatomy.Encoding, _ digest: DigestAlgorithm?) -> String {
    let hash = digest.map { " with \($0.rawValue)" } ?? ""
    switch encoding {
    case .bare: return "PKCS #1 v1.5\(hash) without a DigestInfo"
    case .digestInfo: return "PKCS #1 v1.5\(hash)"
    case .digestInfoWithoutNull: return "PKCS #1 v1.5\(hash) and a DigestInfo without its NULL"
    case .pss(let mask, let saltByteCount):
      return "PSS\(hash), MGF1 over \(mask.rawValue) and a salt of \(saltByteCount) bytes"
    }
  }

  private static func text(_ anatomy: SignatureAnatomy) -> String {
    let content =
      switch anatomy.content {
      case .message: "the signing input"
      case .messageWithNewline: "the signing input and a line break"
      case .digest(let digest): "the \(digest.rawValue) digest\(anatomy.isHashed ? ", hashed again" : "")"
      case .digestInfo: "the DigestInfo\(anatomy.isHashed ? ", hashed again" : "")"
      case .hexText(let source): "the hexadecimal text of the \(source)"
      case .base64Text(let source): "the base64 text of the \(source)"
      case nil: "something else"
      }
    switch anatomy.content {
    case .hexText, .base64Text: return content + (anatomy.isHashed ? "" : " in place of a digest")
    default: return content
    }
  }

  private static func hint(_ code: Code, _ algorithm: SignatureAlgorithm) -> String? {
    let bytes = "hand over the bytes themselves: the signing input to a signer that hashes, or otherwise its digest"
    switch code {
    case .pkcs1ForPSS:
      return "ask the signer for PSS with a salt of \(algorithm.digest.byteCount) bytes, or choose an RS algorithm"
    case .pssForPKCS1: return "ask the signer for PKCS #1 v1.5, or choose a PS algorithm"
    case .digestInfo: return "hand over the digest within its DigestInfo, or let the signer make the DigestInfo"
    case .wrongHash, .maskHash: return "ask the signer for \(algorithm.digest.rawValue)"
    case .saltLength: return "ask the signer for a salt as long as the digest: \(algorithm.digest.byteCount) bytes"
    case .digestHashed: return "hand over the signing input itself, or keep the signer from hashing the digest again"
    case .hexText, .base64Text: return bytes
    case .newline: return "sign the signing input as it is: echo and editors add a line break"
    case .otherContent: return "sign the contents of this request: each prepare makes a new request"
    default: return nil
    }
  }
}

extension SignatureAnatomy.Encoding {
  /// The encoding of a signature of the algorithm (RFC 7518, sections 3.3 and 3.5).
  init(_ algorithm: SignatureAlgorithm) {
    self =
      algorithm.padding == .pss
      ? .pss(mask: algorithm.digest, saltByteCount: algorithm.digest.byteCount) : .digestInfo
  }
}
