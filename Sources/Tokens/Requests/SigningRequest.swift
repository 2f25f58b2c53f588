import Encodings
public import JSON
public import Messages
public import Signing

/// A token that will be signed elsewhere: the draft, what the signer needs, and what is needed to judge it again.
///
/// Nothing in it is secret, and nothing in it is trustworthy just because it is there: the signing side judges it
/// again.
public struct SigningRequest: Sendable {
  /// The profile that the token was made by.
  public let profile: ProfileReference
  /// The algorithm to sign with.
  public let algorithm: SignatureAlgorithm
  /// Leaf first; the leaf has the key that will sign.
  public let certificates: [Certificate]
  let encoded: EncodedDraft
  /// The digest of the signing input, by the hash function of the algorithm.
  public let digest: [UInt8]

  /// What is judged and signed.
  public var draft: TokenDraft { encoded.draft }
  /// ASCII: the encoded header, a dot and the encoded claims (RFC 7515, section 5.1).
  public var signingInput: [UInt8] { encoded.signingInput }
  /// The header of the token.
  public var header: JSONObject { draft.header }
  /// The claims of the token.
  public var claims: JSONObject { draft.claims }
  /// When the token can be used.
  public var window: TokenWindow { draft.window }

  /// Makes the request for a draft. The first certificate must be that of the draft, with its key.
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
        "a signing request names its key by a certificate, but has none")
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
    encoded = try EncodedDraft(draft)
    let input = encoded.signingInput
    do throws(KeyError) { digest = try cryptography.digest(input.span, with: algorithm.digest) } catch {
      throw TokenError(error)
    }
  }

  /// The key that will sign.
  public var publicKey: PublicKey? { draft.publicKey }

  /// Judges header and claims by every rule, for `time`, or for `nbf` if that is later, and returns the warnings.
  ///
  /// Throws the first check that failed, for example `expired` for a window that is over.
  public func judge(
    by profile: Profile, at time: NumericDate, cryptography: any Cryptography,
    refusing subject: String = "the signing request was refused"
  ) throws(TokenError) -> [Check] {
    let checks = profile.check(draft, at: draft.window.start(notBefore: time), cryptography: cryptography)
    try TokenError.throwIfRefused(checks, subject)
    return checks.filter { $0.status == .warning }
  }
}

/// Conditions besides the rules of the profile that a foreign request must meet before it is signed.
extension SigningRequest {
  /// Throws unless the window starts within `horizon` of `time` and lies within the validity of the request's certificate.
  ///
  /// The ids are `window-beyond-horizon`, `window-before-certificate` and `window-after-certificate`. `judge` finds a
  /// window that is over. A date that the claims leave out is not compared.
  public func requireWindow(startingWithin horizon: TimeSpan, of time: NumericDate) throws(SigningRequestError) {
    let latest = time + horizon
    if let start = window.start, start > latest {
      throw SigningRequestError(
        .windowBeyondHorizon,
        "the window of the signing request starts at \(start), later than \(latest), which is \(horizon) ahead",
        hint: "have it prepared closer to its use, or allow a longer horizon")
    }
    guard let (notBefore, notAfter) = certificates.first?.validity else { return }
    if let start = window.start, start < notBefore {
      throw SigningRequestError(
        .windowBeforeCertificate,
        "the window of the signing request starts at \(start), before its certificate does at \(notBefore)",
        hint: "have it prepared for a window in which the certificate is valid")
    }
    if let last = window.end ?? window.start, last > notAfter {
      throw SigningRequestError(
        .windowAfterCertificate,
        "the window of the signing request ends at \(last), after its certificate does at \(notAfter)",
        hint: "have it prepared with a certificate that is valid for the whole window")
    }
  }
}

/// A signing request that cannot be accepted: it is not one, or its parts contradict each other.
public typealias SigningRequestError = Failure<SigningRequestErrorCode>

/// The reasons of a `SigningRequestError`, by their stable ids.
@nonexhaustive
public enum SigningRequestErrorCode: String, FailureCode {
  case malformed = "malformed-signing-request"
  case unsupportedVersion = "unsupported-signing-request"
  /// The signing input is not the encoding of header and claims.
  case signingInputMismatch = "signing-input-mismatch"
  /// The to-be-signed bytes of a certificate are not those that the contents and the public key make.
  case toBeSignedMismatch = "to-be-signed-mismatch"
  case digestMismatch = "digest-mismatch"
  /// `algorithm` is not the header's `alg`.
  case algorithmMismatch = "algorithm-mismatch"
  case windowMismatch = "window-mismatch"
  case summaryMismatch = "summary-mismatch"
  /// It was made by another profile than the required one.
  case profileMismatch = "profile-mismatch"
  /// The window starts further ahead than the signer's side allows.
  case windowBeyondHorizon = "window-beyond-horizon"
  case windowBeforeCertificate = "window-before-certificate"
  case windowAfterCertificate = "window-after-certificate"
  /// A form that the request's algorithm does not have.
  case formUnavailable = "form-unavailable"
}

extension SigningRequestError {
  /// One part of a request that contradicts another.
  static func mismatch(_ code: Code, _ message: String) -> SigningRequestError {
    SigningRequestError(
      code, "the signing request was changed after it was prepared: \(message)",
      hint: "prepare it again, and carry it unchanged")
  }
}
