import Encodings
import JSON
public import Messages
import Signing

/// What a signer elsewhere takes: one of these, made of a signing request.
@nonexhaustive
public enum SigningRequestForm: String, Sendable, Hashable, CaseIterable {
  /// The signing input as it is, for a signer that hashes.
  case input
  /// The bytes of the digest, for a signer that does not.
  case digest
  case digestHex = "digest-hex"
  case digestBase64url = "digest-base64url"
  /// The DigestInfo (RFC 8017, section 9.2), for a signer that only pads: `CKM_RSA_PKCS`, for one.
  case digestInfo = "digest-info"
  /// The body of Azure Key Vault's sign call.
  case keyVault = "key-vault"

  /// True for ASCII; all of it but `input`, of which every byte is signed, ends with a line feed.
  public var isText: Bool {
    switch self {
    case .digest, .digestInfo: false
    case .input, .digestHex, .digestBase64url, .keyVault: true
    }
  }
}

extension SigningRequest {
  /// The request as a signer takes it; throws `form-unavailable` for a DigestInfo where the algorithm has none.
  public func bytes(as form: SigningRequestForm) throws(SigningRequestError) -> [UInt8] {
    switch form {
    case .input: return signingInput
    case .digest: return digest
    case .digestHex: return Array("\(Hexadecimal.lowerCase(digest))\n".utf8)
    case .digestBase64url: return Array("\(Base64.url.text(digest))\n".utf8)
    case .digestInfo:
      guard algorithm.padding == .pkcs1, let encoding = DigestInfo.encoding(digest, of: algorithm.digest) else {
        throw SigningRequestError(
          .formUnavailable, "\(algorithm.rawValue) signs a digest, and no DigestInfo",
          hint: "hand over the digest, with PSS and a salt of \(algorithm.digest.byteCount) bytes")
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
