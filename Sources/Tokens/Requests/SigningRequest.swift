import Encodings
public import JSON
public import Signing

/// A token that is to be signed elsewhere: the draft, what the signer needs, and what is needed to judge it again.
///
/// Nothing in it is secret, and nothing in it can be believed because it is there: whoever signs judges it again.
public struct SigningRequest: Sendable {
  public let profile: ProfileReference
  public let algorithm: SignatureAlgorithm
  /// Leaf first; the leaf holds the key that is to sign.
  public let certificates: [Certificate]
  /// What is judged and signed.
  public let draft: TokenDraft
  /// ASCII: the encoded header, a dot and the encoded claims (RFC 7515, section 5.1).
  public let signingInput: [UInt8]
  /// Of the signing input, by the hash function of the algorithm.
  public let digest: [UInt8]

  public var header: JSONObject { draft.header }
  public var claims: JSONObject { draft.claims }
  public var window: TokenWindow { TokenWindow(claims) }

  /// Makes the request for a draft; the first certificate must be the draft's, and hold its key.
  ///
  /// Throws `certificate-needed` without a certificate, `key-mismatch` for a draft of another key, certificate or algorithm,
  /// the id of a limit that the token would exceed, and `cryptography-failed`.
  public init(
    _ draft: TokenDraft, by profile: ProfileReference, algorithm: SignatureAlgorithm, certificates: [Certificate],
    cryptography: any Cryptography
  ) throws(TokenError) {
    guard let leaf = certificates.first else {
      throw TokenError(
        id: ProfileError.Code.certificateNeeded.rawValue,
        "a signing request names its key by a certificate, and has none")
    }
    guard draft.certificate == leaf, draft.publicKey == leaf.publicKey,
      draft.header["alg"] == .string(ExactText(algorithm.rawValue))
    else {
      throw TokenError(
        id: "key-mismatch", "the draft was made for another key, certificate or algorithm than the signing request")
    }
    self.profile = profile
    self.algorithm = algorithm
    self.certificates = certificates
    self.draft = draft
    let input = try draft.signingInput()
    signingInput = input
    do throws(KeyError) { digest = try cryptography.digest(input.span, with: algorithm.digest) } catch {
      throw TokenError(error)
    }
  }

  /// The key that is to sign.
  public var publicKey: PublicKey? { draft.publicKey }

  /// Judges header and claims by every rule, for `time`, or for `nbf` when that is later, and gives the warnings.
  ///
  /// Throws the first check that failed: `expired` for a window that is over.
  public func judge(
    by profile: Profile, at time: NumericDate, cryptography: any Cryptography,
    refusing subject: String = "the signing request was refused"
  ) throws(TokenError) -> [Check] {
    let checks = profile.check(draft, at: draft.start(notBefore: time), cryptography: cryptography)
    try TokenError.throwIfRefused(checks, subject)
    return checks.filter { $0.status == .warning }
  }
}
