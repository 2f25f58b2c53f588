public import Encodings
import Entra
public import Messages
public import Signing
public import Tokens

/// A signing request from elsewhere, and the profile to judge it by again before it is signed or assembled.
///
/// The steps are methods that throw or return values, so that each warning can be shown before the next step can fail.
public struct RequestReview: Sendable {
  /// The request that is reviewed.
  public let request: SigningRequest
  /// The profile that it is judged by.
  public let profile: Profile
  private let reference: ProfileReference
  private let isInsistedUpon: Bool

  /// The profile that a reviewer insists on.
  public enum Insistence: Sendable {
    /// A profile whose rules are in code, by its id.
    case id(String)
    /// Rules that replace those of the request.
    case document(ProfileDocument)

    var id: String {
      switch self {
      case .id(let id): id
      case .document(let document): document.id
      }
    }
  }

  /// Finds the profile of the request, or the one that the reviewer insists on.
  ///
  /// Throws `profile-mismatch`, and what is wrong with the profile.
  public init(_ request: SigningRequest, insistingOn insistence: Insistence? = nil) throws(SigningRequestError) {
    self.request = request
    isInsistedUpon = insistence != nil
    reference =
      try insistence.map { (insistence) throws(SigningRequestError) in
        try Self.reference(of: request, insistingOn: insistence)
      } ?? request.profile
    do throws(ProfileError) {
      profile = try reference.profile(algorithm: request.algorithm, publicKey: request.publicKey)
    } catch {
      throw SigningRequestError(error)
    }
  }

  private static func reference(
    of request: SigningRequest, insistingOn insistence: Insistence
  ) throws(SigningRequestError) -> ProfileReference {
    guard ExactText(insistence.id) == ExactText(request.profile.id) else {
      throw SigningRequestError(
        .profileMismatch,
        "the signing request is for profile \(naming: request.profile.id), and \(naming: insistence.id) is required",
        hint: "ask the person who prepared it for a token by that profile")
    }
    guard case .document(let document) = insistence else { return request.profile }
    do throws(ProfileError) { return try request.profile.replacingDocument(with: document) } catch {
      throw SigningRequestError(error)
    }
  }

  /// True if the request is judged by the rules that it contains; a reviewer may have others.
  public var bringsOwnRules: Bool { !isInsistedUpon && !reference.isBuiltIn }

  /// Throws unless the request has these values, by the names of the profile's parameters: `unknown-parameter` or
  /// `parameter-mismatch`.
  ///
  /// If the request contains its own rules, they decide what a parameter means.
  public func requireValues(_ expected: [String: ExactText]) throws(ProfileError) { try reference.require(expected) }

  /// The warnings of the rules; throws the first check that fails.
  public func judge(at time: NumericDate, with toolkit: Toolkit) throws(TokenError) -> [Check] {
    try request.judge(by: profile, at: time, cryptography: toolkit.cryptography)
  }

  /// Throws for a window that must not be signed: one that starts later than the horizon, or is not within that of the
  /// certificate.
  public func requireWindow(startingWithin horizon: TimeSpan, of time: NumericDate) throws(SigningRequestError) {
    try request.requireWindow(startingWithin: horizon, of: time)
  }

  /// The time that it is judged for: that of its window, if that is later.
  public func judgedTime(at time: NumericDate) -> NumericDate { request.window.start(notBefore: time) }
}

// MARK: With a key at hand

extension RequestReview {
  /// Opens the key that the request is for; `source` is the name of the request in messages.
  ///
  /// Throws `certificate-not-of-key` if certificates come with the key and the request's is not among them,
  /// `certificate-mismatch` for the key of another certificate, and what opening the key throws.
  public func signer(
    of reference: KeyReference, secrets: any SecretProvider, from source: String, at time: NumericDate,
    with toolkit: Toolkit
  ) throws(KeyError) -> any Signer {
    var key = SigningKey(reference, certificates: request.certificates, from: source, secrets: secrets)
    key.requiresOwnCertificate = true
    return try key.signer(for: request.algorithm, at: judgedTime(at: time), with: toolkit)
  }

  /// Signs the reviewed request. `time` is the present time, because there may have been a wait for a person.
  ///
  /// Throws `certificate-mismatch` for the key of another certificate, and what `TokenAssembler` throws.
  public func token(
    by signer: any Signer, of reference: KeyReference, from source: String, at time: NumericDate, with toolkit: Toolkit
  ) throws(TokenError) -> SignedToken {
    guard signer.publicKey == request.publicKey else {
      let key = SigningKey(reference, certificates: request.certificates, from: source, secrets: NoSecrets())
      throw TokenError(key.mismatch(hint: "sign with the key that the request was prepared for"))
    }
    let assembler = try TokenAssembler(profile: profile, signer: signer, cryptography: toolkit.cryptography)
    return try assembler.judge(request, at: time).sign()
  }
}

// MARK: With a signature from elsewhere

extension RequestReview {
  /// Throws `key-not-rsa` if the request's certificate has no RSA key; `source` is the name of the request in messages.
  public func requireKey(from source: String) throws(KeyError) {
    if request.publicKey?.rsa == nil {
      throw KeyError(.keyNotRSA, "the certificate of \(naming: source) has no RSA key")
    }
  }

  /// Makes the token with the output of a signer elsewhere: bytes, hexadecimal, base64, base64url or the answer of a
  /// vault.
  ///
  /// `otherCertificates` are those of keys that may have made the signature by mistake, to be named. Throws what reading a
  /// signature throws, and what `SigningRequest.assemble` throws.
  public func token(
    with signature: Span<UInt8>, at time: NumericDate, otherCertificates: [Certificate] = [], with toolkit: Toolkit
  ) throws(TokenError) -> SignedToken {
    let bytes: [UInt8]
    do throws(SignatureTextError) {
      (bytes, _) = try SignatureText.read(
        signature, expecting: request.publicKey?.signatureByteCount(for: request.algorithm) ?? 0)
    } catch {
      throw TokenError(error)
    }
    return try request.assemble(
      bytes, by: profile, at: time, cryptography: toolkit.cryptography, otherCertificates: otherCertificates)
  }
}
