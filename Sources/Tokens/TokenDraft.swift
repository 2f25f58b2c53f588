public import Encodings
public import JSON
public import Signing

/// The exact header and claims of a token before it is signed, or as they were read, with the key they are judged by.
public struct TokenDraft: Sendable {
  public let header: JSONObject
  public let claims: JSONObject
  /// Nil while the claims are judged before any key is opened.
  public let publicKey: PublicKey?
  /// Nil for a bare key.
  public let certificate: Certificate?
  /// The `kid` that the key is known by where it came from, such as a JWK Set.
  public let keyID: ExactText?
  /// The only `alg` that the key is for, where a JSON Web Key says so.
  public let keyAlgorithm: ExactText?
  /// Where none of several keys could be told to be the one: the header names that name none of them.
  var strangeHints: Set<ExactText>?

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

  /// When the token can first be used: its `nbf`, unless that is past.
  func start(notBefore time: NumericDate) -> NumericDate {
    claims["nbf"]?.number?.integer.map { max(NumericDate(seconds: $0), time) } ?? time
  }
}
