public import Encodings
public import JSON
public import Signing

/// The exact header and claims of a token before it is signed, or as they were read, with the key that they are
/// judged by.
public struct TokenDraft: Sendable {
  /// The header, with its members in the order in which they are written.
  public let header: JSONObject
  /// The claims, with their members in the order in which they are written.
  public let claims: JSONObject
  /// Nil while the claims are judged before a key is opened.
  public let publicKey: PublicKey?
  /// Nil for a bare key.
  public let certificate: Certificate?
  /// The `kid` of the key at its source, such as a JWK Set.
  public let keyID: ExactText?
  /// The only `alg` that the key is for, if a JSON Web Key names one.
  public let keyAlgorithm: ExactText?
  /// True before signing: a draft must also get right what a receiver may ignore.
  var isForSigning = false
  /// The certificate from which a bare public key was taken.
  var keySource: Certificate?
  /// If none of several keys is named: the header names that match none of them.
  var strangeHints: Set<ExactText>?
  /// What is known of a certificate of the key that is not there itself.
  var hints = CertificateHints()

  public init(
    header: JSONObject, claims: JSONObject, publicKey: PublicKey?, certificate: Certificate?, keyID: ExactText? = nil,
    keyAlgorithm: ExactText? = nil
  ) {
    self.header = header
    self.claims = claims
    self.publicKey = publicKey
    self.certificate = certificate
    self.keyID = keyID
    self.keyAlgorithm = keyAlgorithm
  }

  /// When the token will be used.
  public var window: TokenWindow { TokenWindow(claims) }
}

/// A draft in the exact bytes that are signed, and in the form that is read back from them.
struct EncodedDraft {
  let draft: TokenDraft
  /// Header and claims as they are signed (RFC 7515, section 5.1).
  let signingInput: [UInt8]

  /// A draft beyond a limit of the verifier is refused here, before the key is used; throws the id of the limit.
  init(_ draft: TokenDraft) throws(TokenError) {
    var text: [UInt8] = []
    text.reserveCapacity(2048)
    let header = try Self.append("header", draft.header, within: .header, to: &text)
    text.append(UInt8(ascii: "."))
    let claims = try Self.append("claims", draft.claims, within: .token, to: &text)
    let algorithm = draft.header["alg"]?.string.flatMap { SignatureAlgorithm(name: $0.text) }
    let signatureCount = algorithm.flatMap { draft.publicKey?.signatureByteCount(for: $0) } ?? 0
    if text.count + 1 + (signatureCount * 4 + 2) / 3 > Limits.byteCount {
      throw TokenError(
        id: CompactSerializationError.Code.tooLarge.rawValue,
        "the token was not signed: it would be longer than \(Limits.byteCount) bytes")
    }
    self.draft = TokenDraft(
      header: header, claims: claims, publicKey: draft.publicKey, certificate: draft.certificate, keyID: draft.keyID,
      keyAlgorithm: draft.keyAlgorithm)
    signingInput = text
  }

  /// Appends one part in base64url, and returns what is read back from it.
  private static func append(
    _ name: String, _ part: JSONObject, within limits: JSONLimits, to text: inout [UInt8]
  ) throws(TokenError) -> JSONObject {
    let json = JSONWriter.bytes(part)
    let read: JSONObject
    do throws(JSONError) { read = try JSONReader.object(json, within: limits) } catch {
      throw TokenError(id: error.id, "the token was not signed: in the \(name), \(error.problem)")
    }
    Base64.url.append(json.span, to: &text)
    return read
  }
}
