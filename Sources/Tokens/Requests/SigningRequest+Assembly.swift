import Encodings
import JSON
public import Messages
public import Signing

/// The input for a signer elsewhere, made from a signing request, in one of these forms.
@nonexhaustive
public enum SigningRequestForm: String, Sendable, Hashable, CaseIterable {
  /// The signing input itself, for a signer that hashes.
  case input
  /// The bytes of the digest, for a signer that does not hash.
  case digest
  /// The digest as lower-case hexadecimal text, and as base64url without padding.
  case digestHex = "digest-hex", digestBase64url = "digest-base64url"
  /// The DigestInfo (RFC 8017, section 9.2), for a signer that only pads, such as `CKM_RSA_PKCS`.
  case digestInfo = "digest-info"
  /// The body of Azure Key Vault's sign call.
  case keyVault = "key-vault"

  /// True for ASCII. All text forms end with a line feed except `input`, of which every byte is signed.
  public var isText: Bool {
    switch self {
    case .digest, .digestInfo: false
    case .input, .digestHex, .digestBase64url, .keyVault: true
    }
  }
}

extension SigningRequest {
  /// The request in a form for a signer; throws `form-unavailable` for a DigestInfo if the algorithm has none.
  public func bytes(as form: SigningRequestForm) throws(SigningRequestError) -> [UInt8] {
    try form.bytes(of: signingInput, digest: digest, for: algorithm)
  }
}

extension SigningRequestForm {
  /// What will be signed, with its digest, in this form.
  func bytes(
    of input: [UInt8], digest: [UInt8], for algorithm: SignatureAlgorithm
  ) throws(SigningRequestError) -> [UInt8] {
    switch self {
    case .input: return input
    case .digest: return digest
    case .digestHex: return Array("\(Hexadecimal.lowerCase(digest))\n".utf8)
    case .digestBase64url: return Array("\(Base64.url.text(digest))\n".utf8)
    case .digestInfo:
      guard algorithm.padding == .pkcs1, let encoding = DigestInfo.encoding(digest, of: algorithm.digest) else {
        throw SigningRequestError(
          .formUnavailable, "\(algorithm.rawValue) signs a digest, not a DigestInfo",
          hint: "give the signer the digest, with PSS and a salt of \(algorithm.digest.byteCount) bytes")
      }
      return encoding
    case .keyVault:
      let body: JSONObject = [
        "alg": .string(ExactText(algorithm.rawValue)), "value": .string(ExactText(Base64.url.text(digest))),
      ]
      return JSONWriter.bytes(body) + Array("\n".utf8)
    }
  }
}

extension SigningRequest {
  /// Makes the token with a signature from elsewhere: judged, assembled and verified as if it had been signed here.
  ///
  /// `otherCertificates` are those of keys that may have made the signature by mistake, to be named. Throws the finding
  /// of `Cryptography.fault` about a signature that is not the expected one. This comes before the window is checked,
  /// so that the next try is made correctly. Then throws what `TokenAssembler` throws.
  public func assemble(
    _ signature: [UInt8], by profile: Profile, at time: NumericDate, cryptography: any Cryptography,
    otherCertificates: [Certificate] = []
  ) throws(TokenError) -> SignedToken {
    guard let publicKey else {
      throw TokenError(id: "key-mismatch", "the signing request names no key")
    }
    let signer = SignatureMadeElsewhere(request: self, bytes: signature, publicKey: publicKey)
    let assembler = try TokenAssembler(profile: profile, signer: signer, cryptography: cryptography)
    let verifier: any SignatureVerifier
    do throws(KeyError) { verifier = try cryptography.verifier(for: publicKey) } catch { throw TokenError(error) }
    if signature == digest {
      throw TokenError(
        id: "signature-wrong-length",
        "the signature has \(digest.count) bytes, and they are the digest that was to be signed",
        hint: "give what the signer made of it")
    }
    guard verifier.isValid(signature.span, by: algorithm, for: signingInput.span) else {
      throw TokenError(
        cryptography.fault(
          in: signature.span, by: algorithm, for: signingInput.span, under: publicKey, among: otherCertificates))
    }
    return try assembler.judge(self, at: time, refusing: "the token was not assembled").sign()
  }
}

/// A signer that returns an existing signature, so that every token takes the same way through the verifier.
struct SignatureMadeElsewhere: Signer {
  let request: SigningRequest
  let bytes: [UInt8]
  let publicKey: PublicKey

  var algorithm: SignatureAlgorithm { request.algorithm }
  var certificates: [Certificate] { request.certificates }

  /// Throws `signing-failed` for any message but the one that was signed.
  func sign(_ message: Span<UInt8>) throws(SigningError) -> Signature {
    guard [UInt8](copying: message) == request.signingInput else {
      throw SigningError(.signingFailed, "the signature was made for another signing input")
    }
    return Signature(algorithm: algorithm, bytes: bytes)
  }
}
